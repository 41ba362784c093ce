import { hostname } from 'node:os';
import type { DatabaseTarget } from '../database/databaseTarget';
import type { RunContext } from '../ports';
import { messageOf, SyncError } from '../syncError';
import { attemptJob, type JobOutcome } from './attemptJob';
import type { TickTrigger } from './dueTick';
import type { Job } from './job';
import type { JobClock } from './jobClock';
import type { JobHistory } from './jobHistory';
import { claimRun, finishRun, renewLease, type JobRow } from './jobRow';
import { leaseMs, withJobSession, type JobLock, type JobSession } from './jobSession';
import type { RunRecord } from './runRecord';
import type { RunTask } from './runTask';

/** What every run needs, on its schedule or by hand. */
export interface RunEnvironment {
  readonly target: DatabaseTarget;
  readonly context: RunContext;
  readonly clock: JobClock;
  readonly run: RunTask;
  readonly history: JobHistory;
  /** Told of every run that has ended. */
  readonly onRun?: (record: RunRecord) => void;
}

export interface LockedRun {
  readonly job: Job;
  readonly session: JobSession;
  readonly lock: JobLock;
  /** As it was read under the lock. */
  readonly row: JobRow;
  /** Absent for a run by hand. */
  readonly tick?: { readonly due: number; readonly trigger: TickTrigger };
}

export interface EndedRun {
  readonly outcome: JobOutcome;
  readonly record: RunRecord;
}

/**
 * Claims the run in the row, carries the job out, and ends it in row and history. The lock stays the caller's.
 * @returns undefined when somebody else has claimed it first
 * @throws SyncError `database` when it could not be claimed; a run that was claimed never throws
 */
export async function runLocked(
  environment: RunEnvironment,
  { job, session, lock, row, tick }: LockedRun,
): Promise<EndedRun | undefined> {
  const { clock, context, target, run } = environment;
  const { name } = job.task;
  const startedAt = clock.now();
  const runCount = await claimRun(session.db, {
    name,
    seen: row.runCount,
    now: startedAt,
    ...(tick && { tick: { schedule: job.schedule?.text ?? '', due: tick.due } }),
    lease: lock.kind === 'lease',
  });
  if (runCount === undefined) return undefined;
  const lease = lock.kind === 'lease' ? keepLease(session, name, runCount) : undefined;
  const lost = lease ? AbortSignal.any([session.lost, lease.lost]) : session.lost;
  const outcome = await attemptJob({ job, run, context, clock, lost });
  lease?.stop();
  const endedAt = clock.now();
  // A tick that was only stopped stays open: another runner takes it.
  const next = tick && outcome.status !== 'cancelled' ? job.schedule?.nextAfter(tick.due) : undefined;
  await endInRow(environment, session, {
    name,
    runCount,
    now: endedAt,
    status: outcome.status === 'success' ? 'success' : 'failed',
    error: outcome.errors.length > 0 ? outcome.errors.join('\n').slice(0, 4_000) : undefined,
    nextRun: next,
  });
  const record = recordOf(job, outcome, { startedAt, endedAt, tick, target: target.identity });
  await writeHistory(environment, record);
  environment.onRun?.(record);
  return { outcome, record };
}

/** Once more on a new connection when the one with the lock is gone; the run's count keeps it from touching another run. */
async function endInRow(
  { target, context }: RunEnvironment,
  session: JobSession,
  finish: Parameters<typeof finishRun>[1],
): Promise<void> {
  const { logger } = context;
  try {
    const isOurs = session.lost.aborted
      ? await withJobSession(target, { ...context, signal: undefined }, ({ db }) => finishRun(db, finish))
      : await finishRun(session.db, finish);
    if (!isOurs) logger.warn(`${finish.name}: another runner had taken this run over before it ended.`);
  } catch (error) {
    logger.warn(
      `${finish.name}: the end of the run could not be written down (${messageOf(error)}); the next runner sets it right.`,
    );
  }
}

async function writeHistory({ history, context }: RunEnvironment, record: RunRecord): Promise<void> {
  try {
    await history.append(record);
  } catch (error) {
    // The run itself is done, and its row says so.
    if (!SyncError.is(error)) throw error;
    context.logger.warn(`${record.job}: its history could not be written: ${error.message}`);
  }
}

interface Lease {
  readonly lost: AbortSignal;
  stop(): void;
}

function keepLease({ db }: JobSession, name: string, runCount: number): Lease {
  const lost = new AbortController();
  const give = (reason: unknown): void => lost.abort(reason);
  const timer = setInterval(() => {
    renewLease(db, name, runCount).then(
      (held) =>
        held || give(new SyncError('database', `The lease of ${name} was taken over by another runner.`)),
      give,
    );
  }, leaseMs / 3);
  return { lost: lost.signal, stop: () => clearInterval(timer) };
}

interface RunTimes {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly tick: LockedRun['tick'] | undefined;
  readonly target: string;
}

const shownTexts = 20;

function recordOf(job: Job, outcome: JobOutcome, { startedAt, endedAt, tick, target }: RunTimes): RunRecord {
  const { status, attempts, errors, result } = outcome;
  return {
    format: 1,
    job: job.task.name,
    trigger: tick?.trigger ?? 'manual',
    due: tick ? new Date(tick.due).toISOString() : null,
    started_at: new Date(startedAt).toISOString(),
    duration_ms: Math.max(0, endedAt - startedAt),
    status,
    attempts,
    items_synced: result?.items_synced ?? 0,
    items_skipped: result?.items_skipped ?? 0,
    errors: firstOf(errors),
    warnings: firstOf(result?.warnings ?? []),
    ...(result?.backup !== undefined && { backup: result.backup }),
    target,
    host: hostname(),
    pid: process.pid,
  };
}

function firstOf(texts: readonly string[]): string[] {
  const rest = texts.length - shownTexts;
  return rest > 0 ? [...texts.slice(0, shownTexts), `… and ${rest} more`] : [...texts];
}
