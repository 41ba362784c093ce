import { SyncError } from '../syncError';
import { isTransient } from './attemptJob';
import { decideTick, firstAtOrAfter, type TickDecision } from './dueTick';
import type { ScheduledJob } from './job';
import { readJobRow, recoverRow, registerJob, type JobRow } from './jobRow';
import { leaseMs, withJobSession, type JobLock, type JobSession } from './jobSession';
import { runLocked, type RunEnvironment } from './runLocked';
import { startWakeWatch, type WakeWatch } from './wakeWatch';

/** While somebody else runs the job, it is looked at this often, in case they die. */
const lookAgainMs = 1_000;
/** With the next tick further away than this, the connection is given back. */
const keepOpenMs = 30_000;
const longestPauseMs = 30_000;

/**
 * Runs one job on its schedule until the context's signal fires; then it returns, with the run that was under way ended. Any
 * number of these, anywhere, share the ticks through the job's lock and row.
 *
 * @throws SyncError for what will not pass by itself: `unsupported` behind a pooler in transaction mode, `database` without
 * the table or the right; a database that is away is waited for
 */
export async function serveJob(environment: RunEnvironment, job: ScheduledJob): Promise<void> {
  const { clock, context, target } = environment;
  const { signal, logger } = context;
  const watch = startWakeWatch(clock);
  let failures = 0;
  while (!signal?.aborted) {
    try {
      let wakeAt = clock.now();
      await withJobSession(target, context, async (session) => {
        do {
          await watch.until(wakeAt, signal);
          wakeAt = await look(environment, job, session, watch);
          failures = 0;
        } while (!signal?.aborted && wakeAt - clock.now() < keepOpenMs);
      });
      await watch.until(wakeAt, signal);
    } catch (error) {
      if (signal?.aborted || SyncError.is(error, 'cancelled')) return;
      if (!isTransient(error)) throw error;
      const pause = Math.min(lookAgainMs * 2 ** failures, longestPauseMs);
      failures += 1;
      logger.warn(
        `${job.task.name}: ${SyncError.is(error) ? error.message : ''} Looking again in ${pause / 1000} s.`,
      );
      await clock.sleep(pause, signal).catch(unlessStopped(signal));
    }
  }
}

/** @returns when to look again */
async function look(
  environment: RunEnvironment,
  job: ScheduledJob,
  session: JobSession,
  watch: WakeWatch,
): Promise<number> {
  const { clock } = environment;
  const again = () => clock.now() + lookAgainMs * (0.75 + Math.random() / 2);
  const row = await rowOf(job, session, watch);
  if (!row.enabled) watch.reset();
  const decision = decide(job, row, watch, clock.now());
  if (decision.kind === 'wait') return decision.until;
  const lock = await session.tryLock(job.task.name);
  // Somebody runs it: the next tick, or a death in between, whichever comes first.
  if (!lock) return Math.min(again(), job.schedule.nextAfter(clock.now()) ?? Infinity);
  try {
    return (await actUnderLock(environment, { job, session, lock, watch })) ? clock.now() : again();
  } finally {
    await lock.release();
  }
}

interface LockedLook {
  readonly job: ScheduledJob;
  readonly session: JobSession;
  readonly lock: JobLock;
  readonly watch: WakeWatch;
}

/** @returns false when somebody else holds the lease */
async function actUnderLock(
  environment: RunEnvironment,
  { job, session, lock, watch }: LockedLook,
): Promise<boolean> {
  const { clock, context } = environment;
  const { name } = job.task;
  const read = await rowOf(job, session, watch);
  // Without advisory locks no server of 0.12 runs jobs here, so every run was one of ours.
  const row = lock.kind === 'lease' ? { ...read, ours: read.lastRun !== null } : read;
  if (lock.kind === 'lease' && row.lastStatus === 'running' && row.silentMs < leaseMs) return false;
  const now = clock.now();
  const decision = decide(job, row, watch, now);
  if (decision.kind === 'recover') {
    const nextRun = job.schedule.nextAfter(now);
    if (await recoverRow(session.db, name, { seen: row.runCount, nextRun })) {
      context.logger.warn(`${name}: an earlier run has died; it counts as failed.`);
    }
  }
  if (decision.kind === 'run') {
    const tick = { due: decision.due, trigger: decision.trigger };
    await runLocked(environment, { job, session, lock, row, tick });
  }
  return true;
}

function decide(job: ScheduledJob, row: JobRow, { awakeSince }: WakeWatch, now: number): TickDecision {
  return decideTick({ row, schedule: job.schedule, now, awakeSince, catchUp: job.catchUp });
}

async function rowOf(job: ScheduledJob, { db }: JobSession, { awakeSince }: WakeWatch): Promise<JobRow> {
  const { schedule, task } = job;
  const row = await readJobRow(db, task.name);
  if (row) return row;
  await registerJob(db, task.name, {
    schedule: schedule.text,
    nextRun: firstAtOrAfter(schedule, awakeSince),
  });
  const made = await readJobRow(db, task.name);
  if (made) return made;
  throw new SyncError(
    'database',
    `The row of ${task.name} in scheduled_jobs was deleted while it was being made.`,
  );
}

function unlessStopped(signal: AbortSignal | undefined): (error: unknown) => void {
  return (error) => {
    if (!signal?.aborted) throw error;
  };
}
