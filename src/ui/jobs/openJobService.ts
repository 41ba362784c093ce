import * as vscode from 'vscode';
import type { GuardAnswers } from '../../core/guards';
import type { JobService } from '../../core/jobs/jobService';
import type { RunRecord } from '../../core/jobs/runRecord';
import type { RunTask } from '../../core/jobs/runTask';
import type { RunContext } from '../../core/ports';
import type { Project } from '../../core/project/project';
import { SyncError } from '../../core/syncError';
import { readSettings } from '../host/settings';
import type { Services } from '../services';

export interface OpenOptions {
  readonly answers?: GuardAnswers;
  readonly onRun?: (record: RunRecord) => void;
  /** Runs take turns with what else this window does; a caller that has its turn already says false. */
  readonly inTurn?: boolean;
}

/** The jobs of a project with the settings laid over its schedule; what they do, this window shows. */
export async function openJobService(
  services: Services,
  project: Project,
  context: RunContext,
  { answers = {}, onRun, inTurn = true }: OpenOptions = {},
): Promise<JobService> {
  const [{ JobService }, { projectTasks }] = await Promise.all([
    import('../../core/jobs/jobService'),
    import('../../core/jobs/runTask'),
  ]);
  const { jobsSchedule, keepBackups } = readSettings(vscode.Uri.file(project.root));
  const scan = await services.scanThread.scannerFor(project.root);
  const carryOut = projectTasks(project, answers, { scan, keepBackups });
  const run: RunTask = async (task, running) => {
    services.jobs.showRunning(task.name, true);
    try {
      if (!inTurn) return await carryOut(task, running);
      return await services.queue(async () => {
        SyncError.throwIfAborted(running.signal);
        return carryOut(task, running);
      });
    } finally {
      services.jobs.showRunning(task.name, false);
    }
  };
  return new JobService(project, context, { settings: jobsSchedule, answers, run, ...(onRun && { onRun }) });
}
