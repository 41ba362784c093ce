import { messageOf, SyncError } from '../syncError';

/**
 * When a job is due. Times are milliseconds since the epoch, in UTC, always whole seconds: daylight saving has no say
 * (data.md 5.2).
 */
export interface CronSchedule {
  /** As it was written, with single blanks. */
  readonly text: string;
  /** The first due time after `time`; undefined when there is none any more. */
  nextAfter(time: number): number | undefined;
  /** The last due time at or before `time`; undefined when there is none. */
  lastUpTo(time: number): number | undefined;
}

const nicknames: ReadonlySet<string> = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
]);

/**
 * Reads a cron text as the server's scheduler does: six fields with seconds first, or a nickname; day of month and weekday
 * have to fit both.
 *
 * @throws SyncError `invalidInput` that says what is wrong with it
 */
export async function parseSchedule(text: string): Promise<CronSchedule> {
  const pattern = text.trim().replace(/\s+/g, ' ');
  const isNickname = pattern.startsWith('@');
  refuseForm(pattern, isNickname);
  const { Cron } = await import('croner');
  try {
    const cron = new Cron(pattern, {
      mode: isNickname ? 'auto' : '6-part',
      utcOffset: 0,
      domAndDow: true,
      paused: true,
    });
    if (cron.nextRun() === null) throw new Error('it never comes, on no day there is');
    return {
      text: pattern,
      nextAfter: (time) => cron.nextRun(new Date(time))?.getTime(),
      // The library looks strictly before a time, and due times are whole seconds.
      lastUpTo: (time) => cron.previousRuns(1, new Date(Math.floor(time / 1000) * 1000 + 1000))[0]?.getTime(),
    };
  } catch (cause) {
    throw notASchedule(pattern, messageOf(cause).replace(/^CronPattern: /, ''), cause);
  }
}

function refuseForm(pattern: string, isNickname: boolean): void {
  if (pattern === '') throw notASchedule(pattern, 'it is empty');
  if (isNickname) {
    if (nicknames.has(pattern.toLowerCase())) return;
    throw notASchedule(pattern, `the nicknames are ${[...nicknames].join(', ')}`);
  }
  const fields = pattern.split(' ').length;
  if (fields === 6) return;
  const remedy = fields === 5 ? `; seconds come first: "0 ${pattern}"` : '';
  throw notASchedule(pattern, `it has ${fields} fields, and six are expected${remedy}`);
}

function notASchedule(pattern: string, reason: string, cause?: unknown): SyncError {
  const shown = pattern.length > 60 ? `${pattern.slice(0, 60)}…` : pattern;
  return new SyncError('invalidInput', `The schedule "${shown}" cannot be used: ${reason}.`, {
    hint: 'Write six fields, in UTC: second minute hour day-of-month month weekday, as in "0 */15 * * * *".',
    cause,
  });
}
