import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../src/core/jobs/cronSchedule';
import { decideTick, type TickInput } from '../../../src/core/jobs/dueTick';
import type { JobRow } from '../../../src/core/jobs/jobRow';

const noon = Date.UTC(2026, 0, 1, 12);
const minute = 60_000;
const everyMinute = await parseSchedule('0 * * * * *');

function rowWith(changes: Partial<JobRow> = {}): JobRow {
  return {
    schedule: everyMinute.text,
    enabled: true,
    lastRun: noon - minute + 100,
    nextRun: noon,
    lastStatus: 'success',
    lastError: null,
    runCount: 1,
    ours: true,
    silentMs: 0,
    ...changes,
  };
}

const decide = (row: Partial<JobRow>, changes: Partial<Omit<TickInput, 'row'>> = {}) =>
  decideTick({
    row: rowWith(row),
    schedule: everyMinute,
    now: noon + 50,
    awakeSince: noon - 10 * minute,
    catchUp: false,
    ...changes,
  });

const run = (due: number, trigger = 'schedule') => ({ kind: 'run', due, trigger });
const wait = (until: number) => ({ kind: 'wait', until });

describe('decideTick', () => {
  it.each<[string, Partial<JobRow>, Partial<Omit<TickInput, 'row'>>, object]>([
    ['runs a tick that is due', {}, {}, run(noon)],
    ['waits for one that is not', {}, { now: noon - 50 }, wait(noon)],
    ['leaves a tick that somebody has finished', { nextRun: noon + minute }, {}, wait(noon + minute)],
    [
      'leaves it however long that run took',
      { nextRun: noon + minute, lastRun: noon + 40_000 },
      { now: noon + 50_000 },
      wait(noon + minute),
    ],
    ['runs a tick up to five seconds late', {}, { now: noon + 5_000 }, run(noon)],
    ['misses one that is later', {}, { now: noon + 5_001 }, wait(noon + minute)],
    ['misses one that came while asleep', {}, { awakeSince: noon + 40 }, wait(noon + minute)],
    [
      'catches up once, with the last of many',
      { nextRun: noon - 30 * minute },
      { catchUp: true, awakeSince: noon + 40 },
      run(noon, 'catchUp'),
    ],
    [
      'does not catch up unless asked to',
      { nextRun: noon - 30 * minute },
      { awakeSince: noon + 40 },
      wait(noon + minute),
    ],
    [
      'has nothing to catch up at the first start',
      { lastRun: null, nextRun: null, lastStatus: null },
      { catchUp: true, awakeSince: noon + 40 },
      wait(noon + minute),
    ],
    ['does nothing while it is paused', { enabled: false }, { catchUp: true }, wait(noon + minute)],
    [
      'runs a tick again whose process died',
      { lastStatus: 'running', lastRun: noon + 10 },
      { now: noon + 30_000 },
      run(noon, 'recovery'),
    ],
    [
      'sets right what died before it was there',
      { lastStatus: 'running', lastRun: noon - 5 * minute, nextRun: noon - 5 * minute },
      { now: noon - minute + 30_000, awakeSince: noon - minute + 20_000 },
      { kind: 'recover' },
    ],
    [
      'sets right a run by hand that died',
      { lastStatus: 'running', nextRun: noon + minute },
      {},
      { kind: 'recover' },
    ],
    [
      "takes a server's run 899 ms ago for this tick",
      { ours: false, lastRun: noon - 899 },
      { now: noon },
      wait(noon + minute),
    ],
    [
      "takes a server's run in this second for this tick",
      { ours: false, lastRun: noon + 20 },
      {},
      wait(noon + minute),
    ],
    [
      "does not take a server's run 900 ms ago for it",
      { ours: false, lastRun: noon - 900 },
      { now: noon },
      run(noon),
    ],
    ['applies no such rule to its own last run', { lastRun: noon - 5 }, { now: noon }, run(noon)],
    [
      'does without the next run that a server has cleared',
      { nextRun: null, ours: false, lastRun: noon - minute },
      {},
      run(noon),
    ],
    [
      'does not believe the next run of another schedule',
      { schedule: '0 0 0 1 1 *', nextRun: noon + 365 * 24 * 60 * minute },
      {},
      run(noon),
    ],
    [
      'starts anew when the last run lies far in the future',
      { lastRun: noon + 400 * 24 * 60 * minute, nextRun: noon + 401 * 24 * 60 * minute },
      {},
      run(noon),
    ],
    [
      'does not repeat ticks when the clock is set back a little',
      { lastRun: noon + 30_100, nextRun: noon + minute },
      { now: noon - 1_000 },
      wait(noon + minute),
    ],
  ])('%s', (_what, row, input, expected) => {
    expect(decide(row, input)).toEqual(expected);
  });

  it('never runs a tick that is in the future, finished, or older than it may be', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -3_600_000, max: 3_600_000 }),
        fc.integer({ min: -120, max: 120 }),
        fc.integer({ min: 0, max: 3_600_000 }),
        fc.boolean(),
        (offset, nextMinute, awakeFor, catchUp) => {
          const now = noon + offset;
          const nextRun = noon + nextMinute * minute;
          const row = rowWith({ nextRun, lastRun: Math.min(nextRun - 10, now) });
          const awakeSince = now - awakeFor;
          const decision = decideTick({ row, schedule: everyMinute, now, awakeSince, catchUp });
          if (decision.kind === 'recover') throw new Error('Nothing was running.');
          if (decision.kind === 'wait') expect(decision.until).toBeGreaterThan(now);
          else {
            expect(decision.due).toBeLessThanOrEqual(now);
            expect(decision.due).toBeGreaterThanOrEqual(nextRun);
            if (decision.trigger === 'schedule') expect(decision.due).toBeGreaterThanOrEqual(now - 5_000);
            else expect(catchUp).toBe(true);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
