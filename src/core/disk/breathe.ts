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
