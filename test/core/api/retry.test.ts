import { describe, expect, it } from 'vitest';
import {
  defaultRetryConfig,
  isRetriable,
  maxDelayAfter,
  parseRetryAfter,
  retrying,
  systemRetryClock,
  type RetryClock,
} from '../../../src/core/api/retry';
import { SyncError } from '../../../src/core/syncError';

const now = Date.parse('2026-08-01T12:00:00Z');

/** A clock that does not wait and remembers what it was asked to. */
function recordingClock(random = 1): RetryClock & { readonly waits: number[] } {
  const waits: number[] = [];
  return { waits, random: () => random, sleep: async (delayMs) => void waits.push(delayMs) };
}

const unavailable = (details = {}) =>
  new SyncError('apiError', 'no', { details: { status: 503, ...details } });

async function failing(clock: RetryClock, error: () => unknown, maxAttempts = 5): Promise<number> {
  let attempts = 0;
  const config = { ...defaultRetryConfig, maxAttempts };
  await expect(
    retrying(
      async () => {
        attempts += 1;
        throw error();
      },
      { config, clock },
    ),
  ).rejects.toThrow();
  return attempts;
}

describe('retrying', () => {
  it('tries five times with bounds of 2, 4, 8 and 16 s between', async () => {
    const clock = recordingClock();
    expect(await failing(clock, unavailable)).toBe(5);
    expect(clock.waits).toEqual([2_000, 4_000, 8_000, 16_000]);
  });

  it('never lets the bound grow beyond 30 s', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map((failures) => maxDelayAfter(failures, defaultRetryConfig))).toEqual([
      2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  it('spreads its waits over the whole of the bound', async () => {
    for (const random of [0, 0.25, 0.999]) {
      const clock = recordingClock(random);
      await failing(clock, unavailable, 2);
      expect(clock.waits).toEqual([Math.floor(2_000 * random)]);
    }
  });

  it('waits exactly as long as the server asks, without jitter', async () => {
    const clock = recordingClock(0.1);
    await failing(clock, () => unavailable({ retryAfterMs: 45_000 }), 3);
    expect(clock.waits).toEqual([45_000, 45_000]);
  });

  it('gives up at once when the server asks for longer than is worth waiting', async () => {
    const clock = recordingClock();
    expect(await failing(clock, () => unavailable({ retryAfterMs: 3_600_000 }))).toBe(1);
    expect(clock.waits).toEqual([]);
  });

  it('ends with the last error as it was', async () => {
    let attempt = 0;
    const run = () =>
      Promise.reject(new SyncError('apiError', `no ${(attempt += 1)}`, { details: { status: 502 } }));
    await expect(retrying(run, { clock: recordingClock() })).rejects.toThrow('no 5');
  });

  it('tells the number of the attempt, and stops at the first success', async () => {
    const seen: number[] = [];
    const result = await retrying(
      async (attempt) => {
        seen.push(attempt);
        if (attempt < 3) throw unavailable();
        return 'done';
      },
      { clock: recordingClock() },
    );
    expect([result, seen]).toEqual(['done', [1, 2, 3]]);
  });

  it('ends a real wait when the signal fires', async () => {
    const stop = new AbortController();
    const run = retrying(() => Promise.reject(unavailable({ retryAfterMs: 100_000 })), {
      clock: systemRetryClock,
      signal: stop.signal,
      onRetry: () => setImmediate(() => stop.abort()),
    });
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('does not start when the signal has fired already', async () => {
    let started = false;
    const run = async () => void (started = true);
    await expect(retrying(run, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    expect(started).toBe(false);
  });
});

describe('isRetriable', () => {
  it.each([
    ...[429, 502, 503, 504].map((status) => [status, true] as const),
    ...[400, 401, 403, 404, 405, 409, 412, 413, 422, 500, 501].map((status) => [status, false] as const),
  ])('status %i: %s', (status, expected) => {
    expect(isRetriable(new SyncError('apiError', '', { details: { status } }))).toBe(expected);
  });

  it.each([
    ['connect', true],
    ['interrupted', true],
    ['noProgress', true],
    ['certificate', false],
    ['proxy', false],
    ['protocol', false],
  ])('connection that failed with %s: %s', (phase, expected) => {
    expect(isRetriable(new SyncError('http', '', { details: { phase } }))).toBe(expected);
  });

  it('never repeats what it does not know', () => {
    const others = [
      new Error('x'),
      new SyncError('cancelled', ''),
      new SyncError('http', '', { details: { reason: 'html' } }),
      undefined,
    ];
    expect(others.map(isRetriable)).toEqual([false, false, false, false]);
  });
});

describe('parseRetryAfter', () => {
  it.each<[string | undefined, number | undefined]>([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['Sat, 01 Aug 2026 12:00:30 GMT', 30_000],
    ['Sat, 01 Aug 2026 11:00:00 GMT', 0],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['99999999999999', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %o as %o ms', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });
});
