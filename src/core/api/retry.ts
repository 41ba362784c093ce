import { setTimeout as delay } from 'node:timers/promises';
import { SyncError } from '../syncError';

/** How often and how patiently a request is repeated. All times in milliseconds. */
export interface RetryConfig {
  /** Requests in all, the first included; at least 1. */
  readonly maxAttempts: number;
  /** Upper bound of the wait after the first failure. */
  readonly initialDelayMs: number;
  /** What the upper bound is multiplied with after every further failure. */
  readonly factor: number;
  /** The upper bound never exceeds this. */
  readonly maxDelayMs: number;
  /** A `Retry-After` beyond this ends the attempts: coming back earlier than asked would be wrong, waiting is no longer useful. */
  readonly maxRetryAfterMs: number;
}

/** Attempts and delays of cloud.md 1.4; the limit on `Retry-After` is ours. */
export const defaultRetryConfig: RetryConfig = {
  maxAttempts: 5,
  initialDelayMs: 2_000,
  factor: 2,
  maxDelayMs: 30_000,
  maxRetryAfterMs: 120_000,
};

/** Time and chance, supplied from outside so that tests need neither. */
export interface RetryClock {
  /** Waits; rejects when the signal fires. */
  readonly sleep: (delayMs: number, signal: AbortSignal | undefined) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
}

export const systemRetryClock: RetryClock = {
  sleep: (delayMs, signal) => delay(delayMs, undefined, signal ? { signal } : undefined),
  random: Math.random,
};

/** Statuses that say "not now" (cloud.md 1.4). */
const retriableStatuses: readonly unknown[] = [429, 502, 503, 504];

/** Phases of a failed connection (see transportError) after which the same request may well succeed. */
const retriablePhases: readonly unknown[] = ['connect', 'interrupted', 'noProgress'];

/** Only what is known to pass is repeated: connection failures and 429, 502, 503, 504. */
export function isRetriable(error: unknown): boolean {
  if (SyncError.is(error, 'http')) return retriablePhases.includes(error.details?.['phase']);
  return SyncError.is(error) && retriableStatuses.includes(error.details?.['status']);
}

/** Upper bound of the wait after `failures` failed attempts (1 or more). */
export function maxDelayAfter(failures: number, config: RetryConfig): number {
  return Math.min(config.maxDelayMs, config.initialDelayMs * config.factor ** (failures - 1));
}

/**
 * `Retry-After` (RFC 9110 10.2.3: seconds, or an HTTP date) as milliseconds from now, never negative; undefined when
 * there is none, or none that can be understood.
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const value = header?.trim();
  if (!value) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  // Date.parse would take almost anything ("-5" is a year), an HTTP date starts with its weekday.
  if (!/^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

export interface RetryOptions {
  readonly config?: RetryConfig;
  readonly clock?: RetryClock;
  readonly signal?: AbortSignal | undefined;
  readonly isRetriable?: (error: unknown) => boolean;
  /** Told before each wait. */
  readonly onRetry?: (event: {
    readonly error: unknown;
    readonly attempt: number;
    readonly delayMs: number;
  }) => void;
}

/**
 * Runs until it succeeds, fails for good, or the attempts are used up; then the last error is thrown as it is.
 * Waits have full jitter, except where the server named the time (`details.retryAfterMs` of the error).
 *
 * @param run is given the number of the attempt, from 1
 * @throws SyncError `cancelled` when the signal fires, during a wait too
 */
export async function retrying<T>(
  run: (attempt: number) => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const config = options.config ?? defaultRetryConfig;
  const clock = options.clock ?? systemRetryClock;
  const retriable = options.isRetriable ?? isRetriable;
  for (let attempt = 1; ; attempt += 1) {
    SyncError.throwIfAborted(options.signal);
    try {
      return await run(attempt);
    } catch (error) {
      const delayMs =
        attempt < config.maxAttempts && retriable(error)
          ? delayFor(error, attempt, config, clock)
          : undefined;
      if (delayMs === undefined) throw error;
      options.onRetry?.({ error, attempt, delayMs });
      await abortableSleep(clock, delayMs, options.signal);
    }
  }
}

function delayFor(
  error: unknown,
  attempt: number,
  config: RetryConfig,
  clock: RetryClock,
): number | undefined {
  const asked = SyncError.is(error) ? error.details?.['retryAfterMs'] : undefined;
  if (typeof asked === 'number') return asked <= config.maxRetryAfterMs ? asked : undefined;
  return Math.floor(clock.random() * maxDelayAfter(attempt, config));
}

async function abortableSleep(
  clock: RetryClock,
  delayMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await clock.sleep(delayMs, signal);
  } catch (error) {
    SyncError.throwIfAborted(signal);
    throw error;
  }
}
