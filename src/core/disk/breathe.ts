import { setImmediate } from 'node:timers/promises';
import { SyncError } from '../syncError';

/** Synchronous work in an editor's process must not block it for longer than this, in milliseconds. */
const sliceMs = 10;

/**
 * Small files are read several times faster synchronously than through the thread pool. Calling the returned function
 * between files keeps the process responsive all the same: after every slice it lets the event loop run.
 *
 * @returns true when it paused, false when the slice is not over yet
 * @throws SyncError `cancelled` when the signal has fired
 */
export function breather(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let sliceStart = performance.now();
  const pause = async () => {
    await setImmediate();
    SyncError.throwIfAborted(signal);
    sliceStart = performance.now();
  };
  return () => (performance.now() - sliceStart < sliceMs ? undefined : pause());
}

/**
 * Runs a computation that yields between its steps, and lets the thread answer whenever a slice of time is over.
 * @throws SyncError `cancelled`
 */
export async function inSlices<T>(
  steps: Generator<undefined, T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const breathe = breather(signal);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    const pause = breathe();
    if (pause) await pause;
  }
}
