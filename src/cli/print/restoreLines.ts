import type { RestoreDetails, RestorePlan } from '../../core/backups/backupService';
import type { SyncOperationResult } from '../../core/models/operation';

/** What a restore tells people: the plan alone, or what came of it. */
export function restoreLines(plan: RestorePlan, result?: SyncOperationResult<RestoreDetails>): string[] {
  const left = plan.left.map(({ item, reason }) => `  left ${item}: ${reason}`);
  if (result === undefined) {
    return [...plan.steps.map((step) => `  ${step.action} ${step.item}`), ...left, 'Nothing was changed.'];
  }
  return [
    ...left,
    ...result.errors.map((error) => `  failed ${error}`),
    `${result.items_synced} restored, ${result.items_skipped} left.`,
    ...(result.backup === undefined ? [] : [`What was there before is in backup ${result.backup}.`]),
  ];
}
