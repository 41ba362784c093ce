import { describeProblem } from '../describeProblem';
import { netstrings, sha256 } from '../digest';
import type { PlanTarget, SkippedItem, StepAction, SyncPlan } from '../models/plan';
import type {
  AccessDiff,
  AgreedAccess,
  DeletedRule,
  EntityDifference,
  RuleDifference,
  UpdatedRule,
} from './accessDiff';
import {
  describeEntity,
  describeRule,
  entityKeyText,
  ruleKeyText,
  type EntityKey,
  type RoleRule,
} from './accessRule';
import type { StoredRule } from './accessState';

export interface AccessPlanOptions {
  /** Also write over what differs. */
  readonly override?: boolean;
  /** Remove role rules of declared entities that the files no longer have. */
  readonly deleteOrphans?: boolean;
  /** Also revoke what is ours and whose whole block is gone. */
  readonly prune?: boolean;
  /** What to do with rules changed on both sides; `abort` leaves those. */
  readonly conflict?: 'abort' | 'disk' | 'database';
  /** Only these, by `ruleKeyText` and `entityKeyText`, chosen one by one (the checkboxes of the editor). */
  readonly items?: readonly string[];
}

/** One change of a role rule. It holds what was seen, and what is to be there. */
export interface RuleStep extends EntityKey {
  readonly kind: 'rule';
  readonly action: StepAction;
  /** What people call it, here and among what is left. */
  readonly item: string;
  readonly role: string;
  readonly wanted?: RoleRule;
  readonly stored?: StoredRule;
}

/** One change of `default_included`. Entities that only have to exist for their rules are no steps. */
export interface EntityStep extends EntityKey {
  readonly kind: 'entity';
  readonly action: 'create' | 'update';
  readonly item: string;
  /** null: the entity does not exist. */
  readonly from: boolean | null;
  readonly to: boolean;
}

export type AccessStep = RuleStep | EntityStep;

export interface AccessPlan extends SyncPlan<AccessStep> {
  readonly operation: 'access_control_sync';
  readonly options: AccessPlanOptions;
  readonly unchanged: number;
  /** Equal items, which the apply takes over as base, and base keys of what is nowhere any more. */
  readonly adopt: readonly AgreedAccess[];
  readonly forget: readonly string[];
  readonly databaseIdentity: string;
  /** What the comparison warned of, and what the plan writes that somebody has taken away. */
  readonly warnings: readonly string[];
}

type Decision = StepAction | Omit<SkippedItem, 'item'>;

/** Turns a diff into a plan. Pure; each row of its table of decisions is a test. */
export function planAccess(diff: AccessDiff, target: PlanTarget, options: AccessPlanOptions): AccessPlan {
  const selected = options.items && new Set(options.items);
  const steps: AccessStep[] = [];
  const left: SkippedItem[] = [];
  const warnings = diff.problems.filter(({ severity }) => severity === 'warning').map(describeProblem);
  for (const item of diff.entities) {
    if (selected && !selected.has(entityKeyText(item))) continue;
    const decision = decideEntity(item, options);
    if (typeof decision === 'string') steps.push(entityStep(item));
    else left.push({ item: describeDefault(item), ...decision });
  }
  for (const item of diff.rules) {
    if (selected && !selected.has(ruleKeyText(item))) continue;
    const decision = decideRule(item, options);
    if (typeof decision !== 'string') left.push({ item: describeRule(item), ...decision });
    else steps.push(ruleStep(item, decision));
    if (decision === 'create' && item.origin === 'database') {
      warnings.push(
        `${describeRule(item)} was taken out of the database since the last sync, and is written again.`,
      );
    }
  }
  return {
    id: planId(diff.target, target, steps, left),
    operation: 'access_control_sync',
    options,
    target,
    steps,
    left,
    unchanged: diff.unchanged,
    adopt: diff.agreed,
    forget: diff.gone,
    targetItems: diff.managedRules,
    sourceItems: diff.wantedRules,
    databaseIdentity: diff.target,
    warnings,
  };
}

function decideRule(item: RuleDifference, options: AccessPlanOptions): Decision {
  const filesWin = options.override === true || options.conflict === 'disk';
  if (item.kind === 'deleted') {
    const flag = item.needs === 'prune' ? options.prune : options.deleteOrphans;
    if (!flag) return { kind: 'skipped', reason: whyKept(item) };
  }
  if (item.origin === 'both' && !filesWin) {
    return { kind: 'conflict', reason: 'changed in the files and in the database since the last sync' };
  }
  switch (item.kind) {
    case 'inserted':
      return 'create';
    case 'deleted':
      return 'delete';
    case 'updated':
      return options.override || item.origin === 'both'
        ? 'update'
        : { kind: 'skipped_modified', reason: `${whatDiffers(item)}; override to write what the file says` };
  }
}

function decideEntity(item: EntityDifference, options: AccessPlanOptions): Decision {
  switch (item.kind) {
    case 'created':
      return 'create';
    case 'updated':
      return options.override
        ? 'update'
        : {
            kind: 'skipped_modified',
            reason: `default_included is ${item.from} in the database; override to write ${item.to}`,
          };
    case 'revoked':
      return options.prune
        ? 'update'
        : {
            kind: 'skipped',
            reason: 'open to everybody in the database, and no longer in the files; prune to revoke it',
          };
  }
}

function whyKept({ needs }: DeletedRule): string {
  return needs === 'prune'
    ? 'in the database, and its entity is no longer in the files; prune to revoke it'
    : 'in the database, and no longer in the files; delete orphans to remove it';
}

function whatDiffers({ wanted, stored }: UpdatedRule): string {
  return wanted.access === stored.access
    ? 'another justification in the database'
    : `${stored.access} in the database, ${wanted.access} in the file`;
}

function ruleStep(
  { entityType, entityId, role, wanted, stored }: RuleDifference,
  action: StepAction,
): RuleStep {
  return {
    kind: 'rule',
    action,
    item: describeRule({ entityType, entityId, role }),
    entityType,
    entityId,
    role,
    ...(wanted && { wanted: plainRule(wanted) }),
    ...(stored && { stored }),
  };
}

/** Without where it was written: a plan is plain data. */
function plainRule({ entityType, entityId, role, access, justification }: RoleRule): RoleRule {
  return { entityType, entityId, role, access, justification };
}

function entityStep({ entityType, entityId, kind, from, to }: EntityDifference): EntityStep {
  const entity = { entityType, entityId };
  const action = kind === 'created' ? 'create' : 'update';
  return { kind: 'entity', action, item: describeDefault(entity), ...entity, from, to };
}

function describeDefault(entity: EntityKey): string {
  return `${describeEntity(entity)} for everybody`;
}

function planId(
  identity: string,
  target: PlanTarget,
  steps: readonly AccessStep[],
  left: readonly SkippedItem[],
): string {
  const seen = steps.map((step) =>
    step.kind === 'entity'
      ? netstrings([step.action, entityKeyText(step), String(step.from), String(step.to)])
      : netstrings([
          step.action,
          ruleKeyText(step),
          ...said(step.wanted),
          ...said(step.stored),
          step.stored?.id ?? null,
        ]),
  );
  const passedOver = left.map(({ item, kind, reason }) => netstrings([item, kind, reason]));
  return sha256(netstrings([identity, target.label, ...seen, '', ...passedOver]));
}

function said(rule: RoleRule | undefined): (string | null)[] {
  return rule ? [rule.access, rule.justification] : [null, null];
}
