import {
  compareRules,
  compareText,
  describeEntity,
  describeRule,
  entityKeyText,
  ruleKeyText,
  type EntityKey,
  type RoleRule,
} from './accessRule';
import type { AccessState } from './accessState';
import { whyUnsayable } from './whyUnsayable';

/** `config`: the keys of 0.12; `roles`: `default_included` and patterns too (versions.md "ACL YAML"). */
export type AccessDialect = 'config' | 'roles';

/** Something that the exported text cannot say. */
export interface LossyNote {
  readonly what: 'default_included' | 'entity_match' | 'rule' | 'comments' | 'other_file';
  readonly entity_type: string | null;
  readonly entity_id: string | null;
  readonly message: string;
}

/** The database's role rules, as far as YAML can say them. */
export interface ExportableRules {
  /** By `ruleKeyText`, sorted. */
  readonly rules: ReadonlyMap<string, RoleRule>;
  /** `entityKeyText` of the entities that are open to everybody and that a rule can say it for. */
  readonly included: ReadonlySet<string>;
  readonly lossy: readonly LossyNote[];
}

/** Pure. Rules about users and other dimensions are no role rules: YAML has no word for them, and they stay as they are. */
export function exportableRules(state: AccessState, dialect: AccessDialect): ExportableRules {
  const lossy: LossyNote[] = [];
  const rules = new Map<string, RoleRule>();
  const spoken = new Set<string>();
  for (const rule of [...state.rules.values()].sort(compareRules)) {
    const why = whyUnsayable(rule);
    if (why !== undefined) {
      lossy.push(note('rule', rule, `${describeRule(rule)} (${rule.access}) is left out: ${why}.`));
      continue;
    }
    rules.set(ruleKeyText(rule), rule);
    spoken.add(entityKeyText(rule));
  }
  const included = new Set<string>();
  for (const [key, entity] of state.entities) {
    if (!entity.defaultIncluded) continue;
    if (dialect === 'roles' && spoken.has(key)) included.add(key);
    else {
      const why =
        dialect === 'config'
          ? 'this dialect has no default_included'
          : 'it has no role rule that could say so; an apply leaves it open';
      lossy.push(
        note(
          'default_included',
          entity,
          `${describeEntity(entity)} is open to everybody in the database: ${why}.`,
        ),
      );
    }
  }
  return { rules, included, lossy: lossy.sort((left, right) => compareText(left.message, right.message)) };
}

export function note(what: LossyNote['what'], entity: EntityKey | null, message: string): LossyNote {
  return { what, entity_type: entity?.entityType ?? null, entity_id: entity?.entityId ?? null, message };
}

/** One entry of `rules:` to be written. */
export interface RuleGroup extends EntityKey {
  readonly access: RoleRule['access'];
  readonly justification: string | null;
  readonly roles: readonly string[];
}

/** Rules that differ in their role alone share an entry; by entity, access, justification, null first (data.md 3.6). */
export function groupRules(rules: Iterable<RoleRule>): RuleGroup[] {
  const groups = new Map<string, RuleGroup & { readonly roles: string[] }>();
  for (const { role, ...said } of rules) {
    const { entityType, entityId, access, justification } = said;
    const key = JSON.stringify([entityType, entityId, access, justification]);
    const group = groups.get(key) ?? { entityType, entityId, access, justification, roles: [] };
    group.roles.push(role);
    groups.set(key, group);
  }
  const rank = ({ entityType, entityId, access, justification }: RuleGroup) => [
    entityType,
    entityId,
    access,
    justification === null ? '' : `1${justification}`,
  ];
  return [...groups.values()].sort((left, right) => {
    const [a, b] = [rank(left), rank(right)];
    const index = a.findIndex((text, at) => text !== b[at]);
    return index === -1 ? 0 : compareText(a[index] ?? '', b[index] ?? '');
  });
}
