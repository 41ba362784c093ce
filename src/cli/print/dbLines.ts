import type { AreaReport, DatabaseDetails } from '../../core/database/sync/databaseOutcome';
import { isInSync, type DatabasePlan } from '../../core/database/sync/databasePlan';
import { databaseTree, type DatabaseGroup } from '../../core/database/sync/databaseTree';
import type { SyncOperationResult } from '../../core/models/operation';

/** What `db diff` and a dry run tell people: a block per table, then one line that says it all. */
export function dbPlanLines(plan: DatabasePlan): string[] {
  return [
    ...databaseTree(plan).flatMap(groupLines),
    ...plan.callouts.map((text) => `note: ${text}`),
    ...plan.warnings.map((text) => `warning: ${text}`),
    isInSync(plan)
      ? `In sync with ${plan.target.label}.`
      : `Plan ${plan.id.slice(0, 12)} from ${plan.source} to ${plan.target.label}. Nothing was changed.`,
  ];
}

export function dbResultLines(result: SyncOperationResult<DatabaseDetails>): string[] {
  const { details, errors, warnings, backup } = result;
  return [
    ...(details ? [...areaLines('users', details.users), ...areaLines('contexts', details.contexts)] : []),
    ...errors.map((error) => `failed: ${error}`),
    ...warnings.map((warning) => `warning: ${warning}`),
    ...(backup === undefined ? [] : [`Old values are in backup ${backup}.`]),
  ];
}

function groupLines({ area, created, updated, unchanged, skipped, items, more }: DatabaseGroup): string[] {
  const lines = items.map(({ status, key, label, columns, reason }) => {
    const notes = [status === 'updated' ? columns.join(', ') : '', reason ?? ''].filter(
      (note) => note !== '',
    );
    return `  ${status.padEnd(9)} ${key} (${label})${notes.length > 0 ? `: ${notes.join('; ')}` : ''}`;
  });
  return [
    `${area}: ${created} to create, ${updated} to update, ${unchanged} unchanged, ${skipped} left`,
    ...lines,
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
}

function areaLines(
  name: string,
  { created, updated, unchanged, skipped, skipped_total }: AreaReport,
): string[] {
  return [
    ...skipped.map(({ id, reason }) => `  left ${id}: ${reason}`),
    `${name}: ${created} created, ${updated} updated, ${unchanged} unchanged, ${skipped_total} left`,
  ];
}
