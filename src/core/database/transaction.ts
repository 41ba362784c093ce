import { setTimeout as delay } from 'node:timers/promises';
import { SyncError } from '../syncError';
import { sqlStateOf } from './databaseError';

export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable';

export interface TransactionOptions {
  /** Default: the server's, which is `read committed` unless somebody changed it. */
  readonly isolation?: IsolationLevel;
  readonly readOnly?: boolean;
  /** How often a serialisation failure or deadlock starts the work over; default 0, at most 3. */
  readonly retries?: number;
}

export interface TransactionSteps {
  /** Has the statement sent before any other. */
  begin(statement: string): void;
  commit(): Promise<void>;
  /** Must not throw: the error that led to it is the one to report. */
  rollback(): Promise<void>;
}

/** Pauses before each retry, in milliseconds; up to as much again is added by chance, so that two rivals part. */
const retryDelays = [50, 150, 400] as const;

/** serialization_failure and deadlock_detected: the same work may well succeed the next time. */
const retryableStates: ReadonlySet<string> = new Set(['40001', '40P01']);

/** Runs `work` between BEGIN and COMMIT, and over again where `options.retries` allows it. */
export async function runTransaction<T>(
  steps: TransactionSteps,
  work: () => Promise<T>,
  options: TransactionOptions,
  signal: AbortSignal | undefined,
): Promise<T> {
  const pauses = retryDelays.slice(0, options.retries ?? 0);
  for (const pause of pauses) {
    try {
      return await attempt(steps, work, options);
    } catch (error) {
      if (!retryableStates.has(sqlStateOf(error) ?? '')) throw error;
      SyncError.throwIfAborted(signal);
      await delay(pause + Math.random() * pause);
    }
  }
  return attempt(steps, work, options);
}

async function attempt<T>(
  steps: TransactionSteps,
  work: () => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  try {
    steps.begin(beginStatement(options));
    const result = await work();
    await steps.commit();
    return result;
  } catch (error) {
    await steps.rollback();
    throw error;
  }
}

function beginStatement({ isolation, readOnly }: TransactionOptions): string {
  const level = isolation === undefined ? '' : ` ISOLATION LEVEL ${isolation.toUpperCase()}`;
  return `BEGIN${level}${readOnly === true ? ' READ ONLY' : ''}`;
}
