import { lateMs } from './dueTick';
import type { JobClock } from './jobClock';

/** One timer is never longer than this, so that a machine that slept, or a clock that was set, is noticed soon. */
const longestNapMs = 30_000;
const setBackMs = 1_000;

/** Waits for due times, and knows since when the machine has been awake without a break. */
export interface WakeWatch {
  readonly awakeSince: number;
  /** Returns at `time`, or earlier when the clock has jumped: then everything has to be looked at again. */
  until(time: number, signal: AbortSignal | undefined): Promise<void>;
  /** From now on, as if it had just woken up. */
  reset(): void;
}

export function startWakeWatch(clock: JobClock): WakeWatch {
  let awakeSince = clock.now();
  return {
    get awakeSince() {
      return awakeSince;
    },
    reset() {
      awakeSince = clock.now();
    },
    async until(time, signal) {
      for (let now = clock.now(); now < time;) {
        const nap = Math.min(time - now, longestNapMs);
        await clock.sleep(nap, signal);
        const after = clock.now();
        if (after - now - nap > lateMs) {
          awakeSince = after;
          return;
        }
        if (after < now - setBackMs) {
          awakeSince = Math.min(awakeSince, after);
          return;
        }
        now = after;
      }
    },
  };
}
