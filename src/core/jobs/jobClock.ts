import { setTimeout as delay } from 'node:timers/promises';
import { SyncError } from '../syncError';

/** Time as the runner sees it, so that tests can let it jump, stand still and sleep. */
export interface JobClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** @throws SyncError `cancelled` */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

/** @param now the clock of the run context */
export function systemClock(now: () => number): JobClock {
  return {
    now,
    async sleep(ms, signal) {
      try {
        await delay(Math.max(0, ms), undefined, signal && { signal });
      } catch (error) {
        SyncError.throwIfAborted(signal);
        throw error;
      }
    },
  };
}
