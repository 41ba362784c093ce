import { resolve } from 'node:path';
import { askCloudDatabase } from '../../core/database/sync/askCloudDatabase';
import { DatabaseSyncService } from '../../core/database/sync/databaseSyncService';
import { planDetails, type DatabaseDetails } from '../../core/database/sync/databaseOutcome';
import { isInSync, withAllSteps, type DatabasePlan } from '../../core/database/sync/databasePlan';
import type {
  DatabaseConflict,
  DatabaseDirection,
  DatabaseSyncOptions,
} from '../../core/database/sync/syncOptions';
import type { HomeKind } from '../../core/database/sync/syncTables';
import type { GuardAnswers } from '../../core/guards';
import type { SyncOperationResult } from '../../core/models/operation';
import type { Project } from '../../core/project/project';
import { SyncError } from '../../core/syncError';
import { confirmPlan } from '../confirmPlan';
import { connectOptions } from '../connectOptions';
import { dryRunDocument } from '../dryRun';
import { exitCodeOfApply, exitCodes, type ExitCode } from '../exitCodes';
import { dbPlanLines, dbResultLines } from '../print/dbLines';
import { openProject, openProjectToChange, type Command, type Session } from '../session';

export interface DbOptions {
  readonly conflict?: DatabaseConflict;
  readonly includeProtected?: boolean;
  readonly include?: readonly HomeKind[];
  readonly in?: string;
}

export interface DbDiffOptions extends DbOptions {
  readonly direction?: DatabaseDirection;
}

export interface DbApplyOptions extends DbOptions {
  readonly batch?: number;
  readonly out?: string;
}

export const dbDiff: Command<DbDiffOptions> = async (session, options) => {
  const service = openService(await openProject(session), session);
  const plan = await service.plan(syncOptions(options.direction ?? 'push', options, session));
  const document = {
    in_sync: isInSync(plan),
    ...planDetails(plan),
    plan_id: plan.id,
    warnings: [...plan.callouts, ...plan.warnings],
    steps: plan.steps,
  };
  session.output.answer(document, dbPlanLines(plan));
  return isInSync(plan) ? exitCodes.done : exitCodes.differences;
};

/** `db push` and `db pull`: plan, ask, import; with `--out` only write the file. */
export function dbApply(direction: DatabaseDirection): Command<DbApplyOptions> {
  return async (session, options) => {
    const service = openService(await openProjectToChange(session), session);
    if (options.out !== undefined) return exportRows(service, session, direction, options, options.out);
    const chosen = syncOptions(direction, options, session);
    if (session.options.dryRun) return answerPlan(session, await service.plan(chosen));
    const result = await service.sync(chosen, (plan) => confirm(plan, session));
    session.output.answer(result, dbResultLines(result));
    return exitCode(result, session);
  };
}

async function exportRows(
  service: DatabaseSyncService,
  session: Session,
  direction: DatabaseDirection,
  options: DbApplyOptions,
  out: string,
): Promise<ExitCode> {
  if (options.in !== undefined || session.options.dryRun) {
    throw new SyncError(
      'invalidInput',
      `--out only writes a file: it does not go with ${options.in !== undefined ? '--in' : '--dry-run'}.`,
    );
  }
  const file = resolve(session.cwd, out);
  const written = await service.export({ direction, file, include: options.include ?? [] });
  const document = {
    operation: `database_${direction}`,
    success: true,
    items_synced: 0,
    items_skipped: 0,
    errors: [],
    details: { exported: written, file },
    state: { kind: 'completed' },
    plan_id: '',
    warnings: ['The file holds personal data; only its owner can read it.'],
  };
  session.output.answer(document, [
    `${written.users} users and ${written.contexts} contexts are in ${file}. It holds personal data; only its owner can read it.`,
  ]);
  return exitCodes.done;
}

/** What a plan touches that people want to know of comes before the question. */
async function confirm(plan: DatabasePlan, session: Session): Promise<GuardAnswers> {
  for (const text of [...plan.callouts, ...plan.warnings]) session.context.logger.warn(text);
  return confirmPlan(withAllSteps(plan), session);
}

/** A dry run prints the plan and changes nothing, not even a base (exit 1 when there is something to do). */
function answerPlan(session: Session, plan: DatabasePlan): ExitCode {
  session.output.answer(databasePlanDocument(plan), dbPlanLines(plan));
  return plannedWrites(plan) > 0 ? exitCodes.differences : exitCodes.done;
}

/** The JSON of a dry run. */
export function databasePlanDocument(plan: DatabasePlan): object {
  const { users, contexts } = plan.areas;
  return dryRunDocument(plan, {
    details: planDetails(plan),
    items_skipped: plannedWrites(plan) + users.skipped + contexts.skipped,
    warnings: [...plan.callouts, ...plan.warnings],
  });
}

export function plannedWrites({ areas: { users, contexts } }: DatabasePlan): number {
  return users.created + users.updated + contexts.created + contexts.updated;
}

function exitCode(result: SyncOperationResult<DatabaseDetails>, { context }: Session): ExitCode {
  if (result.state.kind === 'not_started') return exitCodes.failure;
  if (result.state.kind === 'partial')
    return context.signal?.aborted === true ? exitCodes.cancelled : exitCodes.failure;
  const left = [...(result.details?.users.skipped ?? []), ...(result.details?.contexts.skipped ?? [])];
  return exitCodeOfApply({
    applied: result.items_synced,
    left: result.items_skipped,
    blocked: left.filter(({ kind }) => kind === 'conflict' || kind === 'skipped_modified').length,
  });
}

function openService(project: Project, session: Session): DatabaseSyncService {
  return new DatabaseSyncService({
    project,
    context: session.context,
    cloudDatabase: () => askCloudDatabase(project, connectOptions(session), session.context),
  });
}

function syncOptions(
  direction: DatabaseDirection,
  options: DbApplyOptions,
  { cwd }: Session,
): DatabaseSyncOptions {
  return {
    direction,
    conflict: options.conflict ?? 'newest',
    includeProtected: options.includeProtected ?? false,
    ...(options.include !== undefined && { include: options.include }),
    ...(options.batch !== undefined && { batch: options.batch }),
    ...(options.in !== undefined && { from: resolve(cwd, options.in) }),
  };
}
