import type { JobClock } from '../../../src/core/jobs/jobClock';
import { SyncError } from '../../../src/core/syncError';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that only the test moves; a sleeper wakes when it has passed its time. */
export interface SteppedClock extends JobClock {
  /** Moves on in steps, letting everything that wakes run until it sleeps again. */
  advance(ms: number, stepMs?: number): Promise<void>;
  /** Jumps, as a machine that slept or a clock that was set: whoever sleeps notices only afterwards. */
  jump(ms: number): Promise<void>;
  /** Resolves when somebody sleeps. */
  idle(): Promise<void>;
}

export function steppedClock(start: number): SteppedClock {
  let now = start;
  let sleepers: Sleeper[] = [];
  let told: (() => void)[] = [];

  const idle = async (): Promise<void> => {
    if (sleepers.length > 0) return;
    await new Promise<void>((resolve) => told.push(resolve));
  };
  const wakeDue = (): void => {
    const due = sleepers.filter(({ until }) => until <= now);
    sleepers = sleepers.filter(({ until }) => until > now);
    for (const { wake } of due) wake();
  };
  const jump = async (ms: number): Promise<void> => {
    await idle();
    now += ms;
    // A clock that was set back does not make anybody sleep longer.
    if (ms < 0) {
      const all = sleepers;
      sleepers = [];
      for (const { wake } of all) wake();
    } else wakeDue();
    await idle();
  };
  return {
    now: () => now,
    async sleep(ms, signal) {
      SyncError.throwIfAborted(signal);
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal?.removeEventListener('abort', wake);
          sleepers = sleepers.filter((other) => other !== sleeper);
          resolve();
        };
        const sleeper = { until: now + ms, wake };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', wake);
        for (const tell of told) tell();
        told = [];
      });
      SyncError.throwIfAborted(signal);
    },
    async advance(ms, stepMs = 250) {
      for (let moved = 0; moved < ms; moved += stepMs) await jump(Math.min(stepMs, ms - moved));
    },
    jump,
    idle,
  };
}
