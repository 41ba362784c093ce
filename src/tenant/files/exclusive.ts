/** Runs tasks one after the other, in the order in which they came. */
export type Exclusive = <T>(task: () => Promise<T>) => Promise<T>;

export function createExclusive(): Exclusive {
  return createConcurrencyLimit(1);
}

/** Runs at most `limit` tasks at once; the others wait in the order in which they came. */
export function createConcurrencyLimit(limit: number): Exclusive {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      // The place is handed on as it is, so that nobody who comes in between can take it.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
