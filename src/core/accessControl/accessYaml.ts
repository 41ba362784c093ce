import type * as yaml from 'yaml';
import type { Document, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { plainScalar } from '../yaml/plainScalar';
import { entityKeyText } from './accessRule';
import { groupRules, type AccessDialect, type ExportableRules, type RuleGroup } from './exportableRules';

/** The YAML library, loaded when something is written: reading does without it. */
export type YamlLibrary = typeof yaml;

/** What the server's YAML reader refuses unescaped, beyond what the library escapes (data.md 0). */
const refusedRaw = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** Words that readers of older YAML take for booleans. */
const oldBooleans = /^(?:y|n|yes|no|on|off)$/i;

/** A fresh file with these rules and nothing else. */
export function renderAccessFile(
  library: YamlLibrary,
  exported: ExportableRules,
  dialect: AccessDialect,
): string {
  const document = new library.Document({ rules: [] });
  const rules = document.get('rules') as YAMLSeq;
  const opened = new Set(exported.included);
  for (const group of groupRules(exported.rules.values())) {
    rules.add(ruleNode(library, group, dialect === 'roles' && opened.delete(entityKeyText(group))));
  }
  return writeDocument(document, true);
}

/** An entry of `rules:` */
export function ruleNode(library: YamlLibrary, group: RuleGroup, defaultIncluded: boolean): YAMLMap {
  const node = new library.YAMLMap();
  node.set('entity_type', group.entityType);
  node.set('entity_id', textNode(library, group.entityId));
  node.set('access', group.access);
  if (defaultIncluded) node.set('default_included', true);
  const roles = new library.YAMLSeq();
  roles.flow = true;
  roles.items = group.roles.map((role) => textNode(library, role));
  node.set('roles', roles);
  if (group.justification !== null) node.set('justification', textNode(library, group.justification));
  return node;
}

/** Plain where no reader can take it for anything else, in double quotes otherwise. */
export function textNode(library: YamlLibrary, text: string): Scalar {
  const node = new library.Scalar(text);
  const isPlain = /^[A-Za-z][\w./-]*$/.test(text) && plainScalar(text) === text && !oldBooleans.test(text);
  node.type = isPlain ? 'PLAIN' : 'QUOTE_DOUBLE';
  return node;
}

/** @param indentSeq whether the entries of a list are indented below their key */
export function writeDocument(document: Document, indentSeq: boolean): string {
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false, indentSeq });
  return text.replace(
    refusedRaw,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
