import { Cron } from 'croner';
import fc from 'fast-check';
import { expect } from 'vitest';
import { parseSchedule } from '../../../src/core/jobs/cronSchedule';

/** A field: everything, a step, a value, a list, a range, a range with a step. */
function field(low: number, high: number): fc.Arbitrary<string> {
  const value = fc.integer({ min: low, max: high });
  const range = fc.tuple(value, value).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const step = fc.integer({ min: 1, max: high - low });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    step.map((every) => `*/${every}`),
    value.map(String),
    fc.uniqueArray(value, { minLength: 2, maxLength: 4 }).map((values) => values.join(',')),
    range.map(([from, to]) => `${from}-${to}`),
    fc
      .tuple(range, step)
      .map(([[from, to], every]) => `${from}-${to}/${Math.min(every, Math.max(1, to - from))}`),
  );
}

const dayOfMonth = fc.oneof({ weight: 6, arbitrary: field(1, 31) }, fc.constantFrom('L', '15W', 'LW', '1'));
const month = fc.oneof(
  { weight: 4, arbitrary: field(1, 12) },
  fc.constantFrom('JAN', 'FEB', 'JUN-AUG', 'DEC'),
);
const weekday = fc.oneof(
  { weight: 4, arbitrary: field(0, 7) },
  fc.constantFrom('MON', 'MON-FRI', 'FRI#2', '5L', '?'),
);

const pattern = fc.oneof(
  {
    weight: 20,
    arbitrary: fc
      .tuple(field(0, 59), field(0, 59), field(0, 23), dayOfMonth, month, weekday)
      .map((fields) => fields.join(' ')),
  },
  fc.constantFrom('@yearly', '@monthly', '@weekly', '@daily', '@hourly'),
);

// Across leap years, the turn of a century that has no leap day, and whatever a local clock does meanwhile.
const time = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2101, 0, 1) });

/**
 * Our next due time is the library's own, in UTC, by another way (its ISO texts and its match of single instants): it is after
 * the time asked for, it matches, and nothing between matches, as far as counting seconds goes.
 */
export async function compareWithCroner(runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(pattern, time, async (text, at) => {
      const own = new Cron(text, { timezone: 'Etc/UTC', domAndDow: true, paused: true });
      const expected = own.nextRun(new Date(at));
      if (own.nextRun() === null) {
        await expect(parseSchedule(text)).rejects.toMatchObject({ code: 'invalidInput' });
        return;
      }
      const schedule = await parseSchedule(text);
      const next = schedule.nextAfter(at);
      expect(next).toBe(expected?.getTime());
      if (next === undefined) return;
      expect(next).toBeGreaterThan(at);
      expect(next % 1000).toBe(0);
      expect(own.match(new Date(next))).toBe(true);
      const second = Math.floor(at / 1000) * 1000;
      for (let probe = second + 1000; probe < Math.min(next, second + 60_000); probe += 1000) {
        expect(own.match(new Date(probe)), `${text} at ${new Date(probe).toISOString()}`).toBe(false);
      }
      expect(schedule.lastUpTo(next)).toBe(next);
      expect(schedule.nextAfter(next - 1)).toBe(next);
    }),
    { numRuns: runs },
  );
}
