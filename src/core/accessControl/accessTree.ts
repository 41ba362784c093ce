import { groupBy } from '../groupBy';
import type { ChangeOrigin } from '../models/contentDiff';
import {
  errorsOf,
  type AccessDiff,
  type EntityDifference,
  type RuleDifference,
  type UnmanagedRule,
  type WhyUnmanaged,
} from './accessDiff';
import { planAccess } from './accessPlan';
import type { AccessProblem } from './accessProblem';
import { compareEntities, describeEntity, entityKeyText, ruleKeyText, type EntityKey } from './accessRule';
import type { AccessState } from './accessState';
import type { RulePlace } from './declaredRule';
import { decisionChanges, type DecisionChange } from './decisionChanges';
import { currentFacts, plannedFacts } from './entityFacts';
import { resolveAccess, type Decision } from './resolveAccess';

/** The same words as for content, and `unmanaged`. */
export type AccessStatus = 'added' | 'modified' | 'removed' | 'conflict' | 'unmanaged';

/** An entity with something to look at, and its rules. */
export interface AccessEntityNode extends EntityKey {
  readonly id: string;
  readonly label: string;
  readonly children: readonly AccessRuleNode[];
  /** What applying everything changes. */
  readonly changes: readonly DecisionChange[];
}

/** A rule, or the entity's `default_included` (`role` is null), that differs or is not ours. */
export interface AccessRuleNode extends EntityKey {
  readonly id: string;
  /** For `AccessPlanOptions.items`; undefined for what cannot be chosen. */
  readonly item: string | undefined;
  readonly status: AccessStatus;
  readonly role: string | null;
  /** What each side says: an access, or the value of `default_included`; null for a side that has no word for it. */
  readonly file: string | null;
  readonly database: string | null;
  /** Which side changed since the last apply. */
  readonly origin: ChangeOrigin;
  /** Of what is unmanaged: who looks after its entity, and why it is left alone. */
  readonly source: string | undefined;
  readonly why: WhyUnmanaged | undefined;
  readonly place: RulePlace | undefined;
  /** What whoever has this one role may, and would once everything is applied: by the entity's own role rules. */
  readonly decision: { readonly now: Decision; readonly then: Decision } | undefined;
}

type RuleFacts = Omit<AccessRuleNode, 'decision' | keyof EntityKey>;

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
  const outcome = diff.state && outcomeOf(diff, diff.state);
  const add = ({ entityType, entityId }: EntityKey, node: RuleFacts) => {
    const entity = { entityType, entityId };
    const known = nodes.get(entityKeyText(entity)) ?? { entity, children: [] };
    known.children.push({ ...node, ...entity, decision: outcome?.decisionOf(entity, node.role) });
    nodes.set(entityKeyText(entity), known);
  };
  for (const item of diff.entities) add(item, entityNode(item));
  for (const item of diff.rules) add(item, ruleNode(item));
  for (const item of diff.unmanagedEntities)
    add(
      item,
      unmanagedNode(item, { id: `access-default:${entityKeyText(item)}`, role: null, database: 'true' }),
    );
  for (const rule of diff.unmanaged)
    add(
      rule,
      unmanagedNode(rule, { id: `access-rule:${ruleKeyText(rule)}`, role: rule.role, database: rule.access }),
    );
  const entities = [...nodes.values()]
    .sort((left, right) => compareEntities(left.entity, right.entity))
    .map(({ entity, children }) => ({
      ...entity,
      id: `access:${entityKeyText(entity)}`,
      label: describeEntity(entity),
      children,
      changes: outcome?.changes.get(entityKeyText(entity)) ?? [],
    }));
  const invalid = errorsOf(diff);
  return { entities, invalid, open: diff.rules.length + diff.entities.length + invalid.length };
}

function entityNode(item: EntityDifference): RuleFacts {
  const key = entityKeyText(item);
  return {
    id: `access-default:${key}`,
    item: key,
    status: item.kind === 'created' ? 'added' : item.kind === 'revoked' ? 'removed' : 'modified',
    role: null,
    file: item.kind === 'revoked' ? null : String(item.to),
    database: item.from === null ? null : String(item.from),
    origin: item.origin,
    source: undefined,
    why: undefined,
    place: item.place,
  };
}

const statusOf = { inserted: 'added', updated: 'modified', deleted: 'removed' } as const;

function ruleNode(item: RuleDifference): RuleFacts {
  const key = ruleKeyText(item);
  return {
    id: `access-rule:${key}`,
    item: key,
    status: item.origin === 'both' ? 'conflict' : statusOf[item.kind],
    role: item.role,
    file: item.wanted?.access ?? null,
    database: item.stored?.access ?? null,
    origin: item.origin,
    source: undefined,
    why: undefined,
    place: item.kind === 'deleted' ? undefined : item.place,
  };
}

function unmanagedNode(
  { source, why }: Pick<UnmanagedRule, 'source' | 'why'>,
  shown: Pick<RuleFacts, 'id' | 'role' | 'database'>,
): RuleFacts {
  return {
    ...shown,
    item: undefined,
    status: 'unmanaged',
    file: null,
    origin: 'unknown',
    source,
    why,
    place: undefined,
  };
}

/** Who may what now, and once everything is applied. */
function outcomeOf(diff: AccessDiff, state: AccessState) {
  const nowhere = { kind: 'database', label: '', host: '', production: false } as const;
  const plan = planAccess(diff, nowhere, { override: true, deleteOrphans: true, prune: true });
  const changes = groupBy(decisionChanges(state, plan), entityKeyText);
  const before = currentFacts(state);
  const after = plannedFacts(state, plan);
  return {
    changes,
    decisionOf(entity: EntityKey, role: string | null) {
      const subject = { roles: role === null ? [] : [role] };
      return {
        now: resolveAccess(before.of(entity), subject, state.generation),
        then: resolveAccess(after.of(entity), subject, state.generation),
      };
    },
  };
}
