import type { ContentSyncOptions } from '../content/contentLocalSync';
import type { GuardAnswers } from '../guards';
import type { SyncOperationResult } from '../models/operation';
import type { SkippedItem } from '../models/plan';
import type { RunContext } from '../ports';
import type { Project } from '../project/discoverProject';
import type { JobTask } from './job';

/** What any job answers with: of `details`, the items that were left. */
export type JobResult = SyncOperationResult<{ readonly left: readonly SkippedItem[] }>;

/** Carries out a task once. What it throws may be tried again, see `attemptJob`. */
export type RunTask = (task: JobTask, context: RunContext) => Promise<JobResult>;

/**
 * @param answers given in advance: a job asks nobody
 * @param options of the host: where files are scanned, how many backups are kept
 */
export function projectTasks(
  project: Project,
  answers: GuardAnswers = {},
  options: ContentSyncOptions = {},
): RunTask {
  return async (task, context) => {
    if (task.name === 'content_sync') {
      const { ContentSyncJob } = await import('./contentSyncJob');
      return new ContentSyncJob(project, context, task.parameters, options).run(answers);
    }
    const { AccessControlSyncJob } = await import('./accessControlSyncJob');
    const { keepBackups } = options;
    const kept = keepBackups === undefined ? {} : { keepBackups };
    return new AccessControlSyncJob(project, context, task.parameters, kept).run(answers);
  };
}
