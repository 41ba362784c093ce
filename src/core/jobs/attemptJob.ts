import { isConnectionLoss, sqlStateOf } from '../database/databaseError';
import type { RunContext } from '../ports';
import { redact } from '../redact';
import { messageOf, SyncError } from '../syncError';
import type { Job } from './job';
import type { JobClock } from './jobClock';
import type { JobResult, RunTask } from './runTask';
import { stoppedText } from './stoppedText';

/** How a run ended, retries included. */
export interface JobOutcome {
  /** `failed` as soon as there is one error, whatever else went well (data.md J-4). */
  readonly status: 'success' | 'failed' | 'cancelled';
  readonly attempts: number;
  readonly errors: readonly string[];
  readonly result: JobResult | undefined;
  /** What the last attempt threw. */
  readonly thrown: unknown;
}

export interface AttemptOptions {
  readonly job: Job;
  readonly run: RunTask;
  /** Its signal is the host's: firing means that the user stops it. */
  readonly context: RunContext;
  readonly clock: JobClock;
  /** Fires when the lock is lost: the run has to end. */
  readonly lost: AbortSignal;
}

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/**
 * Runs a job to its end: with a time limit over everything, and transient failures tried again after a pause that grows
 * fourfold (data.md J-5). Never throws: how it ended is the answer.
 */
export async function attemptJob({ job, run, context, clock, lost }: AttemptOptions): Promise<JobOutcome> {
  const timeout = AbortSignal.timeout(job.timeoutMs);
  const stops = [timeout, lost, ...(context.signal ? [context.signal] : [])];
  const signal = AbortSignal.any(stops);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await run(job.task, { ...context, signal });
      const errors = errorsOf(result);
      if (signal.aborted) return stopped(attempt, { job, timeout, lost }, result, undefined);
      const status = errors.length > 0 || !result.success ? 'failed' : 'success';
      return { status, attempts: attempt, errors, result, thrown: undefined };
    } catch (error) {
      if (signal.aborted) return stopped(attempt, { job, timeout, lost }, undefined, error);
      if (attempt > job.retries || !isTransient(error)) return failed(attempt, error);
      const pause = Math.min(firstPauseMs * 4 ** (attempt - 1), longestPauseMs) * (1 + Math.random() / 4);
      context.logger.warn(
        `${job.task.name}: ${textOf(error)} Trying again in ${Math.round(pause / 1000)} s.`,
      );
      try {
        await clock.sleep(pause, signal);
      } catch (stop) {
        if (!signal.aborted) throw stop;
        return stopped(attempt, { job, timeout, lost }, undefined, error);
      }
    }
  }
}

/** A file that cannot be read is an error of the run: its item was not synced (data.md J-4). */
function errorsOf({ errors, details }: JobResult): string[] {
  const invalid = details?.left.filter(({ kind }) => kind === 'invalid') ?? [];
  return [...errors, ...invalid.map(({ item, reason }) => `${item}: ${reason}`)];
}

/** True for what may well succeed a moment later: the project or the database is busy, or was away. */
export function isTransient(error: unknown): boolean {
  if (SyncError.is(error, 'locked')) return true;
  if (!SyncError.is(error, 'database')) return false;
  return isConnectionLoss(error) || busyStates.has(sqlStateOf(error) ?? '');
}

/** serialization_failure, deadlock_detected, too_many_connections, lock_not_available, cannot_connect_now. */
const busyStates: ReadonlySet<string> = new Set(['40001', '40P01', '53300', '55P03', '57P03']);

function failed(attempts: number, thrown: unknown): JobOutcome {
  return { status: 'failed', attempts, errors: [textOf(thrown)], result: undefined, thrown };
}

function stopped(
  attempts: number,
  { job, timeout, lost }: { readonly job: Job; readonly timeout: AbortSignal; readonly lost: AbortSignal },
  result: JobResult | undefined,
  thrown: unknown,
): JobOutcome {
  const found = result ? errorsOf(result) : [];
  if (timeout.aborted) {
    const late = `It was stopped because it had not ended within ${job.timeoutMs / 1000} s.`;
    return { status: 'failed', attempts, errors: [late, ...found], result, thrown };
  }
  if (lost.aborted) {
    return { status: 'failed', attempts, errors: [textOf(lost.reason), ...found], result, thrown };
  }
  return { status: 'cancelled', attempts, errors: [stoppedText, ...found], result, thrown };
}

/** For the history and the row, which others read: never a secret, whoever threw it. */
function textOf(error: unknown): string {
  if (SyncError.is(error)) return redact(error.message);
  return redact(`Something unexpected happened: ${messageOf(error)}`);
}
