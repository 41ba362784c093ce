import type { Document, YAMLMap, YAMLSeq } from 'yaml';
import { ruleNode, textNode, writeDocument, type YamlLibrary } from './accessYaml';
import { entityKeyText, ruleKeyText, type EntityKey, type RoleRule } from './accessRule';
import { isMatch, type DeclaredRule } from './declaredRule';
import {
  groupRules,
  note,
  type AccessDialect,
  type ExportableRules,
  type LossyNote,
} from './exportableRules';
import { matchesPattern } from './matchesPattern';
import type { ParsedAccessFile } from './parseAccessFile';

export interface RewriteInput {
  readonly library: YamlLibrary;
  /** The file as it is; without errors. */
  readonly parsed: ParsedAccessFile;
  /** What it is to say. */
  readonly exported: ExportableRules;
  readonly dialect: AccessDialect;
  /** The entities of the database, over which patterns expand. */
  readonly entities: readonly EntityKey[];
}

export interface RewrittenFile {
  readonly text: string;
  readonly lossy: readonly LossyNote[];
}

/**
 * The file with its rules brought to what the database says. Rules that stay keep their place, their spelling and the comments
 * around them; a rule whose roles stay in part keeps those; what is new comes at the end.
 *
 * @returns undefined when the text cannot be edited so (aliases, for one): a fresh file is written then
 */
export function rewriteAccessFile(input: RewriteInput): RewrittenFile | undefined {
  const { library, parsed } = input;
  const document = library.parseDocument(parsed.file.text);
  if (document.errors.length > 0 || hasAliases(library, document)) return undefined;
  if (!library.isMap(document.contents)) document.set('rules', new library.YAMLSeq());
  const found = document.get('rules', true);
  const rules = library.isSeq(found) ? found : new library.YAMLSeq();
  if (rules !== found) document.set('rules', rules);

  const rewrite = new Rewrite(input);
  const kept = new Set(
    parsed.rules.filter((rule) => rewrite.keep(rule, nodeOf(library, rules, rule))).map(indexOf),
  );
  removeOthers(rules, kept);
  for (const node of rewrite.added()) rules.add(node);
  rules.flow = rules.items.length === 0;
  const eol = parsed.file.text.includes('\r\n') ? '\r\n' : '\n';
  const indented = !/^rules:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*- /m.test(parsed.file.text);
  return { text: writeDocument(document, indented).replaceAll('\n', eol), lossy: rewrite.lossy };
}

class Rewrite {
  readonly lossy: LossyNote[] = [];
  /** What no rule of the file says yet. */
  private readonly open: Map<string, RoleRule>;
  private readonly opened: Set<string>;

  constructor(private readonly input: RewriteInput) {
    this.open = new Map(input.exported.rules);
    this.opened = new Set(input.exported.included);
  }

  /** Brings a rule to what the database says; false when nothing of it stays. */
  keep(rule: DeclaredRule, node: YAMLMap | undefined): boolean {
    const { target } = rule;
    if (!node) return false;
    return isMatch(target) ? this.keepPattern(rule, target.match) : this.keepNamed(rule, target.id, node);
  }

  added(): YAMLMap[] {
    const { library, dialect } = this.input;
    return groupRules(this.open.values()).map((group) =>
      ruleNode(library, group, dialect === 'roles' && this.opened.delete(entityKeyText(group))),
    );
  }

  /** A pattern stays when all that it stands for is so in the database. */
  private keepPattern(rule: DeclaredRule, match: string): boolean {
    const { entities, exported, dialect } = this.input;
    const { entityType, access, justification, defaultIncluded } = rule;
    const members = entities.filter(
      (entity) => entity.entityType === entityType && matchesPattern(match, entity.entityId),
    );
    const keys = members.flatMap(({ entityId }) =>
      rule.roles.map((role) => ruleKeyText({ entityType, entityId, role })),
    );
    const holds =
      dialect === 'roles' &&
      keys.length > 0 &&
      keys.every((key) => isSaid(exported.rules.get(key), access, justification)) &&
      members.every(
        (entity) =>
          (defaultIncluded ?? exported.included.has(entityKeyText(entity))) ===
          exported.included.has(entityKeyText(entity)),
      );
    if (!holds) {
      const message = `The pattern "${match}" for ${rule.entityType} is written out as the rules that the database has.`;
      this.lossy.push(note('entity_match', { entityType, entityId: match }, message));
      return false;
    }
    for (const key of keys) this.open.delete(key);
    if (defaultIncluded) for (const entity of members) this.opened.delete(entityKeyText(entity));
    return true;
  }

  private keepNamed(rule: DeclaredRule, entityId: string, node: YAMLMap): boolean {
    const { library } = this.input;
    const entity = { entityType: rule.entityType, entityId };
    const stored = rule.roles.flatMap((role) => this.open.get(ruleKeyText({ ...entity, role })) ?? []);
    const said = stored.find((other) => isSaid(other, rule.access, rule.justification)) ?? stored[0];
    if (!said) return false;
    const staying = new Set(
      stored.filter((other) => isSaid(other, said.access, said.justification)).map(({ role }) => role),
    );
    for (const role of staying) this.open.delete(ruleKeyText({ ...entity, role }));
    if (said.access !== rule.access) node.set('access', said.access);
    if (said.justification === null) node.delete('justification');
    else if (said.justification !== rule.justification)
      node.set('justification', textNode(library, said.justification));
    keepRoles(library, node, staying);
    this.writeDefault(rule, entity, node);
    return true;
  }

  private writeDefault({ defaultIncluded }: DeclaredRule, entity: EntityKey, node: YAMLMap): void {
    const key = entityKeyText(entity);
    const isOpen = this.input.exported.included.has(key);
    if (this.input.dialect === 'config') node.delete('default_included');
    else if (defaultIncluded !== undefined && defaultIncluded !== isOpen)
      node.set('default_included', isOpen);
    else if (defaultIncluded === undefined && this.opened.has(key)) node.set('default_included', true);
    this.opened.delete(key);
  }
}

function isSaid(
  rule: RoleRule | undefined,
  access: RoleRule['access'],
  justification: string | null,
): boolean {
  return rule?.access === access && rule.justification === justification;
}

function keepRoles(library: YamlLibrary, node: YAMLMap, staying: ReadonlySet<string>): void {
  const roles = node.get('roles', true);
  if (!library.isSeq(roles)) return;
  const seen = new Set<unknown>();
  roles.items = roles.items.filter((item) => {
    const role = library.isScalar(item) ? item.value : undefined;
    if (typeof role !== 'string' || !staying.has(role) || seen.has(role)) return false;
    seen.add(role);
    return true;
  });
}

/** Entries that go take the comments right above them along. */
function removeOthers(rules: YAMLSeq, kept: ReadonlySet<number>): void {
  rules.items = rules.items.filter((_, index) => kept.has(index));
}

function indexOf({ place }: DeclaredRule): number {
  return Number(place.at[1]);
}

function nodeOf(library: YamlLibrary, rules: YAMLSeq, rule: DeclaredRule): YAMLMap | undefined {
  const node = rules.items[indexOf(rule)];
  return library.isMap(node) ? node : undefined;
}

function hasAliases(library: YamlLibrary, document: Document): boolean {
  let found = false;
  library.visit(document, {
    Alias() {
      found = true;
      return library.visit.BREAK;
    },
  });
  return found;
}
