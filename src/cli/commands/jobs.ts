import { describeProblem } from '../../core/describeProblem';
import { JobService, type JobServiceOptions } from '../../core/jobs/jobService';
import { runLine } from '../../core/jobs/runLine';
import type { EndedRun } from '../../core/jobs/runLocked';
import { countActions, type SkippedItem } from '../../core/models/plan';
import type { Project } from '../../core/project/discoverProject';
import { SyncError } from '../../core/syncError';
import { dryRunDocument } from '../dryRun';
import { exitCodeOf, exitCodeOfApply, exitCodes, type ExitCode } from '../exitCodes';
import { jobLines, jobPlanLines } from '../print/jobsLines';
import { openProject, openProjectToChange, type Command, type Session } from '../session';

export const jobsList: Command<object> = async (session) => {
  const { jobs, problems, warnings } = await openJobs(session, await openProject(session)).list();
  for (const problem of problems) session.context.logger.warn(describeProblem(problem));
  for (const warning of warnings) session.context.logger.warn(warning);
  session.output.answer(jobs, jobLines(jobs));
  return problems.some(({ severity }) => severity === 'error') ? exitCodes.usage : exitCodes.done;
};

export interface RunOptions {
  readonly parameter?: readonly string[];
}

/** How a run ended is its exit code (data.md J-8). */
export function jobsRun(name: string): Command<RunOptions> {
  return async (session, { parameter = [] }) => {
    const service = openJobs(session, await openProjectToChange(session));
    if (session.options.dryRun) return answerPlan(session, service, name, parameter);
    const { outcome, record } = await service.run(name, parameter);
    // What stopped it says more than a result that is not there.
    if (outcome.thrown instanceof Error && !outcome.result && outcome.status !== 'cancelled')
      throw outcome.thrown;
    const { result } = outcome;
    session.output.answer(
      { ...result, errors: outcome.errors, success: outcome.status === 'success', run: record },
      [
        ...outcome.errors.map((error) => `failed: ${error}`),
        ...(result?.warnings ?? []).map((warning) => `warning: ${warning}`),
        runLine(record),
        ...(record.backup === undefined ? [] : [`Old values are in backup ${record.backup}.`]),
      ],
    );
    return exitCodeOfRun({ outcome, record });
  };
}

/** The first line says what is served; runs are told on stderr. */
export const jobsServe: Command<object> = async (session) => {
  const { logger } = session.context;
  const service = openJobs(session, await openProject(session), {
    onRun: (record) =>
      record.status === 'failed' ? logger.error(runLine(record)) : logger.info(runLine(record)),
  });
  await service.serve((jobs) => session.output.answer({ jobs }, jobLines(jobs)));
  return exitCodes.cancelled;
};

export function jobsHistory(name: string): Command<object> {
  return async (session) => {
    const runs = await openJobs(session, await openProject(session)).runsOf(name);
    const lines = runs.flatMap((record) => [runLine(record), ...record.errors.map((error) => `  ${error}`)]);
    session.output.answer(runs, lines.length === 0 ? [`${name} has not run from here.`] : lines);
    return exitCodes.done;
  };
}

export function jobsPause(name: string, paused: boolean): Command<object> {
  return async (session) => {
    if (session.options.dryRun) {
      throw new SyncError(
        'invalidInput',
        'Pausing and resuming have no plan to print: --dry-run does not go with them.',
      );
    }
    await openJobs(session, await openProject(session)).setPaused(name, paused);
    session.output.answer({ name, paused }, [
      paused ? `${name} is paused.` : `${name} runs again from its next tick on.`,
    ]);
    return exitCodes.done;
  };
}

function openJobs(session: Session, project: Project, options: JobServiceOptions = {}): JobService {
  const { confirmTarget, allowMassDelete } = session.options;
  const answers = { confirmTarget, allowMassDelete };
  return new JobService(project, session.context, { ...options, answers });
}

async function answerPlan(
  session: Session,
  service: JobService,
  name: string,
  parameters: readonly string[],
): Promise<ExitCode> {
  const plan = await service.plan(name, parameters);
  const { create, update, delete: deletes } = countActions(plan.steps);
  const document = dryRunDocument(plan, {
    details: { created: create, updated: update, deleted: deletes, left: plan.left },
    items_skipped: plan.steps.length + plan.left.length,
  });
  session.output.answer(document, jobPlanLines(plan));
  return plan.steps.length > 0 ? exitCodes.differences : exitCodes.done;
}

function exitCodeOfRun({ outcome, record }: EndedRun): ExitCode {
  if (outcome.status === 'cancelled') return exitCodeOf('cancelled');
  const left = outcome.result?.details?.left ?? [];
  const blocked = left.filter(isBlocked).length;
  const applied = record.items_synced;
  if (outcome.status === 'success') return exitCodeOfApply({ applied, left: record.items_skipped, blocked });
  return outcome.result ? exitCodes.partlyApplied : exitCodes.failure;
}

function isBlocked({ kind }: SkippedItem): boolean {
  return kind === 'conflict' || kind === 'skipped_modified';
}
