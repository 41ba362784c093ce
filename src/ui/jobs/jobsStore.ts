import { EventEmitter, type Disposable, type Event, type Memento } from 'vscode';
import type { JobsOverview } from '../../core/jobs/jobService';
import { withFailures, type FailedJob, type SeenFailures } from './failedJobs';

/** What is known about the jobs of the window's project. */
export interface JobsState {
  /** False: turned off, not trusted, or without a project. Nothing is read and nothing runs. */
  readonly on: boolean;
  readonly overview: JobsOverview;
  /** Jobs that run in this window right now. */
  readonly running: ReadonlySet<string>;
  /** Why the schedule does not run although it is turned on. */
  readonly stopped: string | undefined;
}

/** The one place that knows what is shown of the jobs: rows and status bar follow it. */
export interface JobsStore extends Disposable {
  readonly state: JobsState;
  /** Failed runs that nobody has looked at in this workspace. */
  readonly failed: readonly FailedJob[];
  readonly onDidChange: Event<void>;
  /** Asks whoever keeps the jobs to read them again. */
  refresh(): void;
  readonly onWantRefresh: Event<void>;
  show(change: Partial<JobsState>): void;
  showRunning(name: string, running: boolean): void;
  /** The last run of this job, or of all of them, has been looked at. */
  lookedAt(name?: string): void;
}

const seenKey = 'systempromptSync.jobs.seenFailures';
const nothing: JobsState = {
  on: false,
  overview: { jobs: [], problems: [], warnings: [] },
  running: new Set(),
  stopped: undefined,
};

/** @param memento of the workspace: what was looked at yesterday is not news today */
export function createJobsStore(memento: Memento): JobsStore {
  const changed = new EventEmitter<void>();
  const wanted = new EventEmitter<void>();
  let state = nothing;
  let seen = readSeen(memento);
  let unseen: readonly FailedJob[] = [];
  let seenStop: string | undefined;
  const show = (change: Partial<JobsState>) => {
    state = change.on === false ? nothing : { ...state, ...change };
    unseen = change.on === false ? [] : withFailures(unseen, state.overview.jobs, seen);
    changed.fire();
  };
  return {
    get state() {
      return state;
    },
    get failed() {
      const { stopped } = state;
      if (stopped === undefined || stopped === seenStop) return unseen;
      return [{ name: undefined, reason: stopped, ended: '' }, ...unseen];
    },
    onDidChange: changed.event,
    refresh: () => wanted.fire(),
    onWantRefresh: wanted.event,
    show,
    showRunning(name, running) {
      const names = new Set(state.running);
      if (running) names.add(name);
      else names.delete(name);
      show({ running: names });
    },
    lookedAt(name) {
      if (name === undefined) seenStop = state.stopped;
      const looked = unseen.filter((failed) => name === undefined || failed.name === name);
      seen = { ...seen, ...Object.fromEntries(looked.map((failed) => [failed.name ?? '', failed.ended])) };
      unseen = unseen.filter((failed) => !looked.includes(failed));
      void memento.update(seenKey, seen);
      changed.fire();
    },
    dispose() {
      changed.dispose();
      wanted.dispose();
    },
  };
}

function readSeen(memento: Memento): SeenFailures {
  const stored = memento.get<unknown>(seenKey);
  if (typeof stored !== 'object' || stored === null) return {};
  return Object.fromEntries(
    Object.entries(stored).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
