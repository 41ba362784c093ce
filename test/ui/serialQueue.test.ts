import { describe, expect, it } from 'vitest';
import { coalesceRuns, createSerialQueue } from '../../src/ui/serialQueue';

/** A run that ends when the test says so. */
function heldRuns() {
  const releases: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const run = async (): Promise<number> => {
    const number = releases.length + 1;
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => releases.push(resolve));
    running -= 1;
    return number;
  };
  return { run, releases, mostAtOnce: () => most };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('coalesced runs', () => {
  it('turn many requests during a run into one more run', async () => {
    const { run, releases, mostAtOnce } = heldRuns();
    const request = coalesceRuns(run);
    const first = request();
    const later = [request(), request(), request()];
    releases[0]!();
    await settle();
    releases[1]!();
    expect(await first).toBe(1);
    expect(await Promise.all(later)).toEqual([2, 2, 2]);
    expect(releases).toHaveLength(2);
    expect(mostAtOnce()).toBe(1);
  });

  it('answer a request with a run that began after it', async () => {
    const { run, releases, mostAtOnce } = heldRuns();
    const request = coalesceRuns(run);
    const first = request();
    const second = request();
    releases[0]!();
    await first;
    // Asked around the gap between two runs: whichever run answers, it began after the request, and none ran beside another.
    const third = request();
    for (let released = 1; released < 4; released += 1) {
      await settle();
      releases[released]?.();
    }
    expect(await second).toBe(2);
    expect(await third).toBeGreaterThanOrEqual(2);
    expect(mostAtOnce()).toBe(1);
  });

  it('go on after a run that failed', async () => {
    let runs = 0;
    const request = coalesceRuns(async () => {
      runs += 1;
      if (runs === 1) throw new Error('first');
      return runs;
    });
    const first = request();
    const second = request();
    await expect(first).rejects.toThrow('first');
    expect(await second).toBe(2);
    expect(await request()).toBe(3);
  });
});

describe('a serial queue', () => {
  it('runs tasks one at a time and in order', async () => {
    const queue = createSerialQueue();
    const { run, releases, mostAtOnce } = heldRuns();
    const results = [queue(run), queue(run)];
    await settle();
    expect(releases).toHaveLength(1);
    releases[0]!();
    await settle();
    releases[1]!();
    expect(await Promise.all(results)).toEqual([1, 2]);
    expect(mostAtOnce()).toBe(1);
  });

  it('gives a failure to its own caller and goes on with the next', async () => {
    const queue = createSerialQueue();
    const failed = queue(() => Promise.reject(new Error('no')));
    const next = queue(() => Promise.resolve('yes'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });
});
