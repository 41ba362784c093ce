import type { RestoreDetails, RestorePlan } from '../core/backups/backupService';
import type { GuardAnswers } from '../core/guards';
import type { SyncOperationResult } from '../core/models/operation';
import { confirmPlan } from './confirmPlan';
import { exitCodeOfApply, exitCodes, type ExitCode } from './exitCodes';
import { restoreLines } from './print/restoreLines';
import type { Session } from './session';

/** Restoring is a plan like any other: looked at with `--dry-run`, asked about, backed up itself. */
export async function answerRestore(
  session: Session,
  plan: RestorePlan,
  apply: (answers: GuardAnswers) => Promise<SyncOperationResult<RestoreDetails>>,
): Promise<ExitCode> {
  const { options, output, context } = session;
  if (options.dryRun) {
    output.answer({ ...plan, dry_run: true, plan_id: plan.id }, restoreLines(plan));
    return plan.steps.length > 0 ? exitCodes.differences : exitCodes.done;
  }
  const result = await apply(await confirmPlan(plan, session));
  output.answer(result, restoreLines(plan, result));
  if (result.state.kind === 'partial')
    return context.signal?.aborted === true ? exitCodes.cancelled : exitCodes.failure;
  // What already holds the old value needs no restoring: it is listed, and nothing is amiss.
  const left = result.details?.left.filter(({ kind }) => kind !== 'skipped') ?? [];
  const blocked = left.filter(({ kind }) => kind !== 'invalid').length;
  return exitCodeOfApply({ applied: result.items_synced, left: left.length, blocked });
}
