import { errorsOf, type AccessDiff, type RuleDifference } from './accessDiff';
import { planAccess } from './accessPlan';
import type { AccessProblem } from './accessProblem';
import {
  compareEntities,
  describeEntity,
  entityKeyText,
  ruleKeyText,
  type EntityKey,
  type RoleRule,
} from './accessRule';
import type { RulePlace } from './declaredRule';
import { decisionChanges, describeChange, type DecisionChange } from './decisionChanges';

/** The same words as for content, and `unmanaged`. */
export type AccessStatus = 'added' | 'modified' | 'removed' | 'conflict' | 'unmanaged';

/** An entity with something to look at, and its rules. */
export interface AccessEntityNode extends EntityKey {
  readonly id: string;
  readonly label: string;
  readonly children: readonly AccessRuleNode[];
  /** What applying everything changes, in words: ``granted to `user` that was denied before``. */
  readonly changes: readonly string[];
}

/** A rule, or the entity's `default_included` (`role` is null), that differs or is not ours. */
export interface AccessRuleNode {
  readonly id: string;
  /** For `AccessPlanOptions.items`; undefined for what cannot be chosen. */
  readonly item: string | undefined;
  readonly status: AccessStatus;
  readonly role: string | null;
  /** What the files and the database say: the two sides of a diff editor. Empty for a side that has nothing. */
  readonly file: string;
  readonly database: string;
  readonly place: RulePlace | undefined;
}

export interface AccessTree {
  readonly entities: readonly AccessEntityNode[];
  /** Errors, which keep everything from being applied. */
  readonly invalid: readonly AccessProblem[];
  /** Everything that keeps the rules from being in sync: for the badge. */
  readonly open: number;
}

/** The `Access control` group of the tree. Ids depend on the item alone, so that checkmarks outlive a refresh. Pure. */
export function accessTree(diff: AccessDiff): AccessTree {
  const nodes = new Map<string, { entity: EntityKey; children: AccessRuleNode[] }>();
  const add = ({ entityType, entityId }: EntityKey, node: AccessRuleNode) => {
    const entity = { entityType, entityId };
    const known = nodes.get(entityKeyText(entity)) ?? { entity, children: [] };
    known.children.push(node);
    nodes.set(entityKeyText(entity), known);
  };
  for (const item of diff.entities) add(item, entityNode(item));
  for (const item of diff.rules) add(item, ruleNode(item));
  for (const rule of diff.unmanaged) add(rule, unmanagedNode(rule));
  const changes = changesByEntity(diff);
  const entities = [...nodes.values()]
    .sort((left, right) => compareEntities(left.entity, right.entity))
    .map(({ entity, children }) => ({
      ...entity,
      id: `access:${entityKeyText(entity)}`,
      label: describeEntity(entity),
      children,
      changes: (changes.get(entityKeyText(entity)) ?? []).map(describeChange),
    }));
  const invalid = errorsOf(diff);
  return { entities, invalid, open: diff.rules.length + diff.entities.length + invalid.length };
}

function entityNode(item: AccessDiff['entities'][number]): AccessRuleNode {
  const key = entityKeyText(item);
  const said = (value: boolean | null) => (value === null ? '' : `default_included: ${value}\n`);
  const status = item.kind === 'created' ? 'added' : item.kind === 'revoked' ? 'removed' : 'modified';
  return {
    id: `access-default:${key}`,
    item: key,
    status,
    role: null,
    file: item.kind === 'revoked' ? '' : said(item.to),
    database: said(item.from),
    place: item.place,
  };
}

const statusOf = { inserted: 'added', updated: 'modified', deleted: 'removed' } as const;

function ruleNode(item: RuleDifference): AccessRuleNode {
  const key = ruleKeyText(item);
  return {
    id: `access-rule:${key}`,
    item: key,
    status: item.origin === 'both' ? 'conflict' : statusOf[item.kind],
    role: item.role,
    file: describeSaid(item.wanted),
    database: describeSaid(item.stored),
    place: item.kind === 'deleted' ? undefined : item.place,
  };
}

function unmanagedNode(rule: RoleRule): AccessRuleNode {
  const id = `access-rule:${ruleKeyText(rule)}`;
  const database = describeSaid(rule);
  return { id, item: undefined, status: 'unmanaged', role: rule.role, file: '', database, place: undefined };
}

function describeSaid(rule: RoleRule | undefined): string {
  if (!rule) return '';
  const { entityType, entityId, role, access, justification } = rule;
  const lines = [`entity: ${entityType}/${entityId}`, `role: ${role}`, `access: ${access}`];
  if (justification !== null) lines.push(`justification: ${JSON.stringify(justification)}`);
  return `${lines.join('\n')}\n`;
}

function changesByEntity(diff: AccessDiff): Map<string, DecisionChange[]> {
  const grouped = new Map<string, DecisionChange[]>();
  if (!diff.state) return grouped;
  const nowhere = { kind: 'database', label: '', host: '', production: false } as const;
  const plan = planAccess(diff, nowhere, { override: true, deleteOrphans: true, prune: true });
  for (const change of decisionChanges(diff.state, plan)) {
    const key = entityKeyText(change);
    grouped.set(key, [...(grouped.get(key) ?? []), change]);
  }
  return grouped;
}
