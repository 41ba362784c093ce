import { counted } from './counted';
import { countActions, type PlanTarget, type StepAction, type SyncPlan } from './models/plan';
import { SyncError } from './syncError';

/** What the user has said to get past a guard (design.md rule 5). */
export interface GuardAnswers {
  /** The typed host of a production target. */
  readonly confirmTarget?: string | undefined;
  /** At most this many deletions are wanted. */
  readonly allowMassDelete?: number | undefined;
}

export type Guard =
  | { readonly name: 'massDeletion'; readonly deletes: number; readonly of: number }
  | { readonly name: 'emptySource'; readonly deletes: number }
  | { readonly name: 'productionTarget'; readonly target: PlanTarget };

type AnyPlan = SyncPlan<{ readonly action: StepAction }>;

/** Deleting up to this many items is never a mass deletion, whatever share of the whole they are. */
const smallDeletion = 10;

/** The guards that this plan runs into, before anybody has answered. Pure. */
export function guardsOf(plan: AnyPlan): Guard[] {
  if (plan.steps.length === 0) return [];
  const deletes = countActions(plan.steps).delete;
  const guards: Guard[] = [];
  if (deletes > 0 && plan.sourceItems === 0) guards.push({ name: 'emptySource', deletes });
  else if (deletes > smallDeletion && deletes > plan.targetItems / 4) {
    guards.push({ name: 'massDeletion', deletes, of: plan.targetItems });
  }
  if (plan.target.production) guards.push({ name: 'productionTarget', target: plan.target });
  return guards;
}

/** True when something that exists would be overwritten or deleted: that is asked about once. */
export function isDestructive(plan: AnyPlan): boolean {
  const { update, delete: deletes } = countActions(plan.steps);
  return update > 0 || deletes > 0;
}

/**
 * Stops a plan that runs into a guard nobody has answered.
 * @throws SyncError `guard`, with the guard's name, numbers and the way on; nothing has been changed
 */
export function assertGuards(plan: AnyPlan, answers: GuardAnswers): void {
  for (const guard of guardsOf(plan)) {
    switch (guard.name) {
      case 'productionTarget':
        if (answers.confirmTarget !== guard.target.host)
          throw productionStop(guard.target, answers.confirmTarget);
        break;
      case 'massDeletion':
      case 'emptySource':
        if ((answers.allowMassDelete ?? 0) < guard.deletes) throw deletionStop(guard);
        break;
    }
  }
}

function productionStop(target: PlanTarget, typed: string | undefined): SyncError {
  const typedText = typed === undefined ? '' : ` What was typed (${typed}) is another host.`;
  return new SyncError(
    'guard',
    `The target ${target.label} counts as production.${typedText} Nothing was changed.`,
    {
      hint: `Confirm it with --confirm-target ${target.host}, or mark the host as not production.`,
      details: { guard: 'productionTarget', host: target.host },
    },
  );
}

function deletionStop(guard: Extract<Guard, { deletes: number }>): SyncError {
  const why =
    guard.name === 'emptySource'
      ? `The plan deletes ${counted(guard.deletes, 'item')} because the other side is empty.`
      : `The plan deletes ${guard.deletes} of ${counted(guard.of, 'item')}.`;
  return new SyncError('guard', `${why} Nothing was changed.`, {
    hint: `Look at the plan; if that is what you want, allow it with --allow-mass-delete ${guard.deletes}.`,
    details: { guard: guard.name, deletes: guard.deletes },
  });
}
