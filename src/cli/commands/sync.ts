import { connectOptions } from '../connectOptions';
import { askCloudDatabase } from '../../core/database/sync/askCloudDatabase';
import { DatabaseSyncService } from '../../core/database/sync/databaseSyncService';
import type { DatabaseDetails } from '../../core/database/sync/databaseOutcome';
import type { FilesDetails } from '../../core/files/filesOutcome';
import type { FilesDirection } from '../../core/files/filesPlan';
import type { SyncOperationResult } from '../../core/models/operation';
import { SyncService, type SyncAllOptions, type SyncResult } from '../../core/syncService';
import { messageOf, SyncError } from '../../core/syncError';
import { confirmPlan } from '../confirmPlan';
import { exitCodeOf, exitCodeOfApply, exitCodes, type ExitCode } from '../exitCodes';
import { dbPlanLines, dbResultLines } from '../print/dbLines';
import { planLines, resultLines } from '../print/filesLines';
import { openFileSync } from '../openFileSync';
import { openProjectToChange, type Command, type Session } from '../session';
import { warnOfExpiry } from '../warnOfExpiry';
import { databasePlanDocument, plannedWrites } from './db';
import { filesExitCode, limitsOf, planDocument, planOptions, type FilesApplyOptions } from './files';

/** `sync push` and `sync pull`: files, then database; neither hides the other. */
export function syncAll(direction: FilesDirection): Command<FilesApplyOptions> {
  return async (session, options) => {
    const project = await openProjectToChange(session);
    await warnOfExpiry(project, session);
    const { context } = session;
    const files = openFileSync(session, project, limitsOf(options));
    const database = new DatabaseSyncService({
      project,
      context,
      cloudDatabase: () => askCloudDatabase(project, connectOptions(session), context),
    });
    try {
      const service = new SyncService({
        files,
        database,
        confirm: (plan) => confirmPlan(plan, session),
        signal: context.signal,
      });
      if (session.options.dryRun)
        return await answerPlans(session, service, { direction, files: planOptions(options) });
      const { results, errors } = await service.syncAll({ direction, files: planOptions(options) });
      session.output.answer(results, results.flatMap(linesOf));
      return worst([
        ...errors.map(exitCodeOfError),
        ...results.map((result) => exitCodeOfResult(result, session)),
      ]);
    } finally {
      await files.close();
    }
  };
}

/** A dry run of both: a document for each, and an error where a side could not be planned. */
async function answerPlans(
  session: Session,
  service: SyncService,
  options: SyncAllOptions,
): Promise<ExitCode> {
  const { files, database } = await service.planAll(options);
  const documents = [
    'error' in files ? failure(`files_${options.direction}`, files.error) : planDocument(files.plan),
    'error' in database
      ? failure(`database_${options.direction}`, database.error)
      : databasePlanDocument(database.plan),
  ];
  session.output.answer(documents, [
    ...('error' in files ? [`files: ${messageOf(files.error)}`] : planLines(files.plan)),
    ...('error' in database ? [`database: ${messageOf(database.error)}`] : dbPlanLines(database.plan)),
  ]);
  const errors = [files, database].flatMap((side) => ('error' in side ? [exitCodeOfError(side.error)] : []));
  if (errors.length > 0) return worst(errors);
  const isEmpty =
    'plan' in files &&
    files.plan.steps.length === 0 &&
    'plan' in database &&
    plannedWrites(database.plan) === 0;
  return isEmpty ? exitCodes.done : exitCodes.differences;
}

function failure(operation: string, error: unknown): object {
  return {
    operation,
    success: false,
    dry_run: true,
    errors: [messageOf(error)],
    details: null,
    state: { kind: 'not_started' },
  };
}

function linesOf(result: SyncResult): string[] {
  const lines = isFiles(result) ? resultLines(result) : dbResultLines(result);
  return [`${result.operation}: ${result.state.kind}`, ...lines.map((line) => `  ${line}`)];
}

function isFiles(result: SyncResult): result is SyncOperationResult<FilesDetails> {
  return result.operation.startsWith('files_');
}

function exitCodeOfError(error: unknown): ExitCode {
  return SyncError.is(error) ? exitCodeOf(error.code) : exitCodes.failure;
}

function exitCodeOfResult(result: SyncResult, session: Session): ExitCode {
  const { state, items_synced: applied, items_skipped: left } = result;
  if (state.kind === 'failed') return exitCodes.done;
  if (state.kind === 'not_started') return result.errors.length === 0 ? exitCodes.done : exitCodes.failure;
  if (isFiles(result)) return filesExitCode(result, session);
  if (state.kind === 'partial') return isStopped(session) ? exitCodes.cancelled : exitCodes.failure;
  return exitCodeOfApply({ applied, left, blocked: blockedRows(result) });
}

function isStopped({ context: { signal } }: Session): boolean {
  return signal?.aborted === true;
}

function blockedRows({ details }: SyncOperationResult<DatabaseDetails>): number {
  const rows = [...(details?.users.skipped ?? []), ...(details?.contexts.skipped ?? [])];
  return rows.filter(({ kind }) => kind === 'conflict' || kind === 'skipped_modified').length;
}

/** What a script has to know first: stopped, then not allowed, then failed, then what was left. */
function worst(codes: readonly ExitCode[]): ExitCode {
  const order = [
    exitCodes.cancelled,
    exitCodes.notAuthorised,
    exitCodes.failure,
    exitCodes.usage,
    exitCodes.partlyApplied,
    exitCodes.nothingApplied,
  ];
  return order.find((code) => codes.includes(code)) ?? exitCodes.done;
}
