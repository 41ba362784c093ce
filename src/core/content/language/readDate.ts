import { dateFault } from '../markdown/contentRules';

const monthNames = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/**
 * The day that a date in another notation means, as `YYYY-MM-DD`.
 *
 * @returns undefined when the calendar has no such day, or when the text can be read in two ways: `3/4/2026`, or a time
 * whose zone moves it to another day in UTC (days are stored as midnight UTC, data.md 1.4)
 */
export function readDate(text: string): string | undefined {
  const written = text.trim();
  return yearFirst(written) ?? withTime(written) ?? withMonthName(written) ?? yearLast(written);
}

/** `2026/3/2`, `2026-3-2`, `2026.03.02`, `20260302`. */
function yearFirst(text: string): string | undefined {
  const [, year, , month, day] = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(text) ?? [];
  if (year !== undefined) return isoDay(year, month, day);
  const [, plainYear, plainMonth, plainDay] = /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? [];
  return isoDay(plainYear, plainMonth, plainDay);
}

/** ISO 8601 with a time of day: `2026-03-02T10:00:00Z`, `2026-03-02 10:00`. */
function withTime(text: string): string | undefined {
  const time = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*([Zz]|[-+]\d{2}:?\d{2})?$/;
  const [, day, clock, zone = 'Z'] = time.exec(text) ?? [];
  if (day === undefined || clock === undefined || dateFault(day) !== undefined) return undefined;
  const instant = new Date(`${day}T${clock}${zone.toUpperCase()}`);
  if (Number.isNaN(instant.getTime())) return undefined;
  return instant.toISOString().startsWith(day) ? day : undefined;
}

/** `22 March 2026`, `22nd of Mar. 2026`, `March 22, 2026`. */
function withMonthName(text: string): string | undefined {
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th)?(?: of)?[ -]([a-z]{3,9})\.?,?[ -](\d{4})$/i.exec(text);
  if (dayFirst) return isoDay(dayFirst[3], monthNumber(dayFirst[2]), dayFirst[1]);
  const monthFirst = /^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$/i.exec(text);
  return monthFirst ? isoDay(monthFirst[3], monthNumber(monthFirst[1]), monthFirst[2]) : undefined;
}

function monthNumber(name = ''): string | undefined {
  const short = name.toLowerCase() === 'sept' ? 'sep' : name.toLowerCase();
  const index = monthNames.findIndex((month) => month === short || month.slice(0, 3) === short);
  return index === -1 ? undefined : String(index + 1);
}

/** `22/3/2026` and `3/22/2026`: only where one of the numbers can be no month. */
function yearLast(text: string): string | undefined {
  const [, first, , second, year] = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$/.exec(text) ?? [];
  if (first === undefined) return undefined;
  const readings = new Set([isoDay(year, second, first), isoDay(year, first, second)]);
  readings.delete(undefined);
  return readings.size === 1 ? [...readings][0] : undefined;
}

function isoDay(year?: string, month?: string, day?: string): string | undefined {
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return dateFault(iso) === undefined ? iso : undefined;
}
