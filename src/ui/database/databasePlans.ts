import { withAllSteps, type DatabasePlan } from '../../core/database/sync/databasePlan';
import type { DatabaseDetails } from '../../core/database/sync/databaseOutcome';
import type { SyncOperationResult } from '../../core/models/operation';
import type { SkippedItem } from '../../core/models/plan';
import type { AnyPlan } from '../planText';

/** A plan as a question shows it: named rows by their names, the rest as numbers. */
export function askedPlan(plan: DatabasePlan): AnyPlan & { readonly database: DatabasePlan } {
  const named = plan.steps.map(({ action, area, label, columns }) => ({
    action,
    item: `${area}: ${label}`,
    fields: columns,
  }));
  const all = withAllSteps(plan).steps;
  return { ...plan, steps: [...named, ...all.slice(named.length)], database: plan };
}

/** A result that lists what was left, as those of other areas do. */
export function withLeft(
  result: SyncOperationResult<DatabaseDetails>,
): SyncOperationResult<{ readonly left: readonly SkippedItem[] }> {
  const { details } = result;
  const left = (['users', 'contexts'] as const).flatMap((area) =>
    (details?.[area].skipped ?? []).map(({ id, reason }): SkippedItem => ({
      item: `${area} ${id}`,
      kind: 'skipped',
      reason,
    })),
  );
  return { ...result, details: { left } };
}

/** Columns that differ and stay as they are, unless the user says otherwise. */
export function protectedColumns({ steps }: DatabasePlan): string[] {
  return [...new Set(steps.flatMap(({ kept }) => kept))].sort();
}
