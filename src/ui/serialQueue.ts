/** Runs tasks one after another, in the order in which they were asked for; a failed task does not stop the next. */
export type SerialQueue = <T>(run: () => Promise<T>) => Promise<T>;

export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(run: () => Promise<T>): Promise<T> => {
    const result = last.then(run, run);
    last = result;
    // The caller sees the failure; the queue itself must not report it as unhandled a second time.
    last.catch(() => undefined);
    return result;
  };
}

/**
 * Turns many requests into few runs: while one run is under way, all requests together cause one more after it. The promise
 * of a request ends with the run that began after it, so that a caller sees the effect of what it did before.
 */
export function coalesceRuns<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const start = (): Promise<T> => {
    running = run().finally(() => {
      running = undefined;
    });
    return running;
  };
  const startNext = (): Promise<T> => {
    next = undefined;
    return start();
  };
  return () => {
    if (next !== undefined) return next;
    if (running === undefined) return start();
    next = running.then(startNext, startNext);
    return next;
  };
}
