import { isDeepStrictEqual } from 'node:util';
import { writtenScalar } from '../../content/language/completion';
import type { ContentFix } from '../../content/language/contentFix';
import { isMapping, valueAt, type Mapping } from '../../content/config/configFinding';
import { nearestName } from '../../nearestName';
import { positionsIn, type YamlPath } from '../../yaml/locateYaml';
import { readYaml } from '../../yaml/readYaml';
import { applyEdit, smallestEdit } from '../../yaml/textEdit';
import { mappingEntries, yamlNodes, type YamlEntry, type YamlNode } from '../../yaml/yamlNodes';
import { keySpan, spacedValue, valueSpan } from '../../yaml/yamlSpan';
import type { AccessProblem } from '../accessProblem';
import { entityTypes } from '../accessRule';
import { ruleKeys } from '../checkRule';
import { declarableTypes, type EntityCatalog } from '../entityCatalog';
import { checkAccessText, type AccessTextPlace } from './checkAccessText';

interface Located {
  /** `rules`, the rule's number, its key; or a key of the top level. */
  readonly path: YamlPath;
  readonly entry: YamlEntry;
}

type Change = Extract<ContentFix['change'], { readonly kind: 'renameKey' | 'setValue' }>;

/**
 * A fix for each problem of an access-control file that has one right answer: the nearest known name. Each edit is tried
 * before it is offered: the text must say what was wanted in that place, and all else as before.
 */
export function accessFixes(document: string, place: AccessTextPlace): ContentFix[] {
  const bom = document.startsWith('\ufeff') ? 1 : 0;
  const text = document.slice(bom);
  const read = readYaml(text);
  if ('fault' in read || !isMapping(read.value)) return [];
  const root = read.value;
  const problems = checkAccessText(document, place);
  const entries = problems.length === 0 ? new Map<string, Located>() : entriesByPlace(text);
  return problems.flatMap((problem) => {
    const located = entries.get(`${problem.line}:${problem.column}`);
    const change = located && changeOf(problem, located, root, place.catalog);
    const edited = change && editedText(text, located, change);
    if (!change || edited === undefined || !saysExactly(edited, root, located, change)) return [];
    return [{ problem, change, edit: smallestEdit(text, edited, bom) }];
  });
}

function entriesByPlace(text: string): Map<string, Located> {
  const toPosition = positionsIn(text);
  const found = new Map<string, Located>();
  const add = (mapping: YamlNode | undefined, at: YamlPath) => {
    if (mapping?.kind !== 'mapping') return;
    for (const entry of mappingEntries(mapping, text)) {
      const path = [...at, String(entry.key.value)];
      const { line, column } = toPosition(keySpan(entry, text).start);
      found.set(`${line}:${column}`, { path, entry });
      if (path.length === 1 && path[0] === 'rules' && entry.value?.kind === 'sequence')
        entry.value.children.forEach((rule, index) => add(rule, [...path, index]));
    }
  };
  add(yamlNodes(text), []);
  return found;
}

function changeOf(
  { rule }: AccessProblem,
  { path }: Located,
  root: Mapping,
  catalog: EntityCatalog,
): Change | undefined {
  const key = String(path.at(-1));
  const holder = valueAt(root, path.slice(0, -1));
  const value = valueAt(root, path);
  if (!isMapping(holder)) return undefined;
  if (rule === 'unknownKey') {
    const to = nearestName(key, path.length === 1 ? ['rules'] : ruleKeys);
    return to === undefined || Object.hasOwn(holder, to) ? undefined : { kind: 'renameKey', from: key, to };
  }
  if (typeof value !== 'string') return undefined;
  const nearest =
    rule === 'outerBlanks' ? value.trim() : nearestName(value, knownValues(rule, key, holder, catalog));
  return nearest === undefined || nearest === value ? undefined : { kind: 'setValue', key, value: nearest };
}

function knownValues(
  rule: AccessProblem['rule'],
  key: string,
  holder: Mapping,
  catalog: EntityCatalog,
): readonly string[] {
  if (rule === 'badEnum') return key === 'access' ? ['allow', 'deny'] : entityTypes;
  const type = declarableTypes.find((known) => known === holder['entity_type']);
  return rule === 'undeclaredId' && type !== undefined ? (catalog.ids.get(type) ?? []) : [];
}

function editedText(text: string, { entry }: Located, change: Change): string | undefined {
  if (change.kind === 'renameKey') return applyEdit(text, { ...keySpan(entry, text), text: change.to });
  const span = valueSpan(entry, text);
  return span && applyEdit(text, { ...span, text: spacedValue(span, text, writtenScalar(change.value)) });
}

function saysExactly(edited: string, root: Mapping, { path }: Located, change: Change): boolean {
  const after = readYaml(edited);
  if ('fault' in after) return false;
  const wanted = structuredClone(root);
  const holder = valueAt(wanted, path.slice(0, -1)) as Record<string, unknown>;
  const key = String(path.at(-1));
  if (change.kind === 'setValue') holder[key] = change.value;
  else {
    holder[change.to] = holder[key];
    delete holder[key];
  }
  return isDeepStrictEqual(after.value, wanted);
}
