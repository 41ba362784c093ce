import * as vscode from 'vscode';
import { jobsFilePath } from '../../core/jobs/jobsFilePath';
import { messageOf, SyncError } from '../../core/syncError';
import { settings } from '../contributions';
import { inEditorWords } from '../editorWords';
import { errorForLog } from '../errorReport';
import { coalesceRuns } from '../serialQueue';
import type { Services } from '../services';
import type { JobsState } from './jobsStore';
import { openJobService } from './openJobService';
import { wantedJobs, type WantedJobs } from './wantedJobs';

/** The jobs of one project, being run in the background. */
interface Kept extends WantedJobs {
  /** Ends with the run that was under way, which is ended in its row too. */
  readonly stop: () => Promise<void>;
}

const settleMs = 300;
/** Other runners make runs as well: after a due time the rows are read again, but never more often than this. */
const lookAfterDueMs = 3_000;
const lookAtMostEveryMs = 10_000;

export interface KeptJobs extends vscode.Disposable {
  /** Stops what runs; resolves when everything has ended. */
  ended(): Promise<void>;
}

/**
 * Runs the project's schedule in the background, exactly as `jobs serve` does, while the folder is trusted and the user has
 * turned it on; starts anew when project, settings or jobs.yaml change. What goes wrong is shown, never popped up.
 */
export function keepJobs(services: Services): KeptJobs {
  const { jobs, store, log } = services;
  const disposed = new AbortController();
  let kept: Kept | undefined;
  let restart = false;
  let settle: NodeJS.Timeout | undefined;
  let nextLook: NodeJS.Timeout | undefined;

  const list = coalesceRuns(async () => {
    const listed = kept;
    if (listed === undefined) return;
    clearTimeout(nextLook);
    const overview = await readOverview(services, listed);
    if (kept !== listed || overview === undefined) return;
    jobs.show({ overview });
    nextLook = setTimeout(() => void list(), nextLookMs(overview.jobs, Date.now()));
  });
  const update = coalesceRuns(async () => {
    const wanted = disposed.signal.aborted ? undefined : await wantedJobs(services);
    if (wanted?.key === kept?.key && !restart) return;
    restart = false;
    await kept?.stop();
    clearTimeout(nextLook);
    kept = undefined;
    jobs.show({ on: wanted !== undefined, stopped: undefined });
    if (wanted === undefined) return;
    kept = { ...wanted, stop: () => Promise.resolve() };
    await list();
    if (jobs.state.overview.jobs.some(isScheduledHere)) kept = startServing(services, wanted, list);
  });
  const soon = () => {
    clearTimeout(settle);
    settle = setTimeout(() => void update(), settleMs);
  };
  const again = () => {
    restart = true;
    soon();
  };
  const following = vscode.Disposable.from(
    store.onDidChange(({ activity }) => {
      if (activity === undefined) soon();
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(settings.jobsEnabled)) soon();
      if (event.affectsConfiguration(settings.jobsSchedule)) soon();
    }),
    watchJobsFile(again),
    jobs.onWantRefresh(() => {
      if (jobs.state.stopped === undefined) void list();
      else again();
    }),
    // Showing the log is looking at what failed.
    log.onDidShow(() => jobs.lookedAt()),
  );
  soon();
  const ended = async (): Promise<void> => {
    disposed.abort();
    clearTimeout(settle);
    clearTimeout(nextLook);
    await update();
  };
  return {
    ended,
    dispose() {
      following.dispose();
      void ended();
    },
  };
}

async function readOverview(
  services: Services,
  { project }: Kept,
): Promise<JobsState['overview'] | undefined> {
  const { jobs, log, quietContext } = services;
  try {
    return await (await openJobService(services, project, quietContext())).list();
  } catch (error) {
    if (SyncError.is(error, 'cancelled')) return undefined;
    log.logger.warn(`The jobs could not be listed: ${messageOf(error)}`);
    jobs.show({ stopped: inEditorWords(messageOf(error)) });
    return undefined;
  }
}

function startServing(services: Services, wanted: WantedJobs, list: () => Promise<void>): Kept {
  const { jobs, log, quietContext, lifetime, refresh } = services;
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, lifetime]);
  const serve = async (): Promise<void> => {
    const { runLine } = await import('../../core/jobs/runLine');
    const service = await openJobService(
      services,
      wanted.project,
      { ...quietContext(), signal },
      {
        onRun: (record) => {
          const line = runLine(record);
          if (record.status === 'failed') log.logger.error(line);
          else log.logger.info(line);
          void list();
          if (record.items_synced > 0 && !signal.aborted)
            void refresh([record.job === 'content_sync' ? 'content' : 'accessControl']);
        },
      },
    );
    await service.serve();
  };
  const ended = serve().catch((error: unknown) => {
    if (signal.aborted) return;
    log.logger.error(`The schedule does not run any more: ${errorForLog(error)}`);
    jobs.show({ stopped: inEditorWords(messageOf(error)) });
  });
  return {
    ...wanted,
    async stop() {
      controller.abort();
      await ended;
    },
  };
}

function isScheduledHere({ scheduler, enabled, schedule }: JobsState['overview']['jobs'][number]): boolean {
  return scheduler === 'project' && enabled && schedule !== '';
}

/** Milliseconds until the rows are worth another look. */
export function nextLookMs(jobs: JobsState['overview']['jobs'], now: number): number {
  const due = jobs.flatMap(({ next_run: next }) => (next === null ? [] : [Date.parse(next)]));
  const first = Math.min(...due, now + 3_600_000);
  return Math.max(first - now + lookAfterDueMs, lookAtMostEveryMs);
}

function watchJobsFile(changed: () => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(`**/${jobsFilePath}`);
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(changed),
    watcher.onDidChange(changed),
    watcher.onDidDelete(changed),
    // What the editor itself saves is known at once.
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (uri.path.endsWith(`/${jobsFilePath}`)) changed();
    }),
  );
}
