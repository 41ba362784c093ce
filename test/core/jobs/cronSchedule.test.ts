import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../src/core/jobs/cronSchedule';
import { compareWithCroner } from './scheduleProperty';

const utc = (text: string) => Date.parse(`${text}Z`);

describe('parseSchedule', () => {
  it.each([
    ['seconds first', '30 * * * * *', '2026-01-01T00:00:00', '2026-01-01T00:00:30'],
    ['strictly after', '30 * * * * *', '2026-01-01T00:00:30', '2026-01-01T00:01:30'],
    ['from within a second', '* * * * * *', '2026-01-01T00:00:00.001', '2026-01-01T00:00:01'],
    ['day of month and weekday both', '0 0 12 13 * 5', '2026-01-01T00:00:00', '2026-02-13T12:00:00'],
    ['a nickname', '@daily', '2026-01-01T00:00:00', '2026-01-02T00:00:00'],
    ['a nickname in capitals', '@Hourly', '2026-01-01T00:00:00', '2026-01-01T01:00:00'],
    ['7 as Sunday', '0 0 0 * * 7', '2026-01-01T00:00:00', '2026-01-04T00:00:00'],
    ['names', '0 0 0 * FEB MON', '2026-01-01T00:00:00', '2026-02-02T00:00:00'],
    ['the last day', '0 0 0 L 2 *', '2028-01-01T00:00:00', '2028-02-29T00:00:00'],
    ['blanks that do not matter', '  0  0 * * * * ', '2026-01-01T00:00:00', '2026-01-01T01:00:00'],
  ])('reads %s', async (_what, pattern, after, next) => {
    expect((await parseSchedule(pattern)).nextAfter(utc(after))).toBe(utc(next));
  });

  it.each([
    ['five fields, with the remedy', '*/5 * * * *', /five|5 fields.*"0 \*\/5 \* \* \* \*"/],
    ['seven fields', '0 0 0 1 1 * 2030', /7 fields/],
    ['nothing', ' ', /empty/],
    ['an unknown nickname', '@reboot', /nicknames are @yearly/],
    ['a number out of range', '61 * * * * *', /61/],
    ['a day that never comes', '0 0 0 30 2 *', /never comes/],
    ['words', 'every now and then or so', /cannot be used/],
  ])('refuses %s', async (_what, pattern, message) => {
    await expect(parseSchedule(pattern)).rejects.toMatchObject({
      code: 'invalidInput',
      message: expect.stringMatching(message) as string,
    });
  });

  it('ticks every hour of the days on which clocks change', async () => {
    const schedule = await parseSchedule('0 30 * * * *');
    for (const day of ['2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01']) {
      const due: number[] = [];
      for (let at = utc(`${day}T00:00:00`); due.length < 24;) {
        const next: number = schedule.nextAfter(at) ?? Infinity;
        due.push(next);
        at = next;
      }
      expect(due).toEqual(Array.from({ length: 24 }, (_, hour) => utc(`${day}T00:30:00`) + hour * 3_600_000));
    }
  });

  it('finds the last due time up to one, that one included', async () => {
    const schedule = await parseSchedule('0 */5 * * * *');
    expect(schedule.lastUpTo(utc('2026-01-01T00:05:00'))).toBe(utc('2026-01-01T00:05:00'));
    expect(schedule.lastUpTo(utc('2026-01-01T00:09:59.999'))).toBe(utc('2026-01-01T00:05:00'));
    expect(schedule.lastUpTo(utc('2026-01-01T00:04:59.999'))).toBe(utc('2026-01-01T00:00:00'));
  });

  it('agrees with the library and with counting seconds, for hundreds of schedules', async () => {
    await compareWithCroner(300);
  });
});
