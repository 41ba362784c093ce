import type { CronSchedule } from './cronSchedule';
import type { JobRow } from './jobRow';

/** A tick that comes this late is still run; later it counts as missed. Milliseconds. */
export const lateMs = 5_000;
/** The server's own rule: a tick within this time of the last run is the same tick (data.md 5.4). */
export const sameTickMs = 900;
/** A last run further in the future than this is the leaving of a wrong clock. */
const believableSkewMs = 60_000;

export type TickTrigger = 'schedule' | 'recovery' | 'catchUp';

export type TickDecision =
  | { readonly kind: 'run'; readonly due: number; readonly trigger: TickTrigger }
  /** The row says `running`, and nobody is: it is set right, and its tick is not run again. */
  | { readonly kind: 'recover' }
  /** Nothing to do before that time. */
  | { readonly kind: 'wait'; readonly until: number };

export interface TickInput {
  readonly row: JobRow;
  readonly schedule: CronSchedule;
  readonly now: number;
  /** Since when this runner has been awake: ticks before it are missed, not late. */
  readonly awakeSince: number;
  readonly catchUp: boolean;
}

/**
 * What is to be done about a job. Pure. `next_run` is the first due time that nobody has finished: that makes a tick one
 * tick for any number of runners, however long it takes. A run by a server leaves no `next_run` of its own; there the
 * 900 ms rule speaks. To act on the answer needs the job's lock, and the row read again under it.
 */
export function decideTick({ row, schedule, now, awakeSince, catchUp }: TickInput): TickDecision {
  if (!row.enabled) return waitFor(schedule, now);
  const believable = row.lastRun === null || row.lastRun <= now + believableSkewMs;
  const nextRun = believable && isOurs(row, schedule) ? row.nextRun : null;
  const isOpen = nextRun !== null && nextRun <= now;
  const interrupted = row.lastStatus === 'running';

  if (interrupted && isOpen && nextRun >= awakeSince)
    return { kind: 'run', due: nextRun, trigger: 'recovery' };
  const earliest = believable ? (nextRun ?? afterLastRun(row)) : -Infinity;
  const due = firstAtOrAfter(schedule, Math.max(earliest, awakeSince, now - lateMs));
  if (due !== undefined && due <= now) return { kind: 'run', due, trigger: 'schedule' };
  const missed = catchUp && isOpen ? schedule.lastUpTo(now) : undefined;
  if (missed !== undefined) return { kind: 'run', due: missed, trigger: 'catchUp' };
  if (interrupted) return { kind: 'recover' };
  return due === undefined ? { kind: 'wait', until: Infinity } : { kind: 'wait', until: due };
}

/** The first due time that has not been and gone, for people: what `jobs list` shows. */
export function firstAtOrAfter(schedule: CronSchedule, time: number): number | undefined {
  return schedule.nextAfter(Math.ceil(time) - 1);
}

function waitFor(schedule: CronSchedule, now: number): TickDecision {
  return { kind: 'wait', until: schedule.nextAfter(now) ?? Infinity };
}

/** True when `next_run` was written for this schedule, and no server has run the job since. */
function isOurs(row: JobRow, schedule: CronSchedule): boolean {
  return row.schedule === schedule.text && (row.ours || row.lastRun === null);
}

function afterLastRun({ lastRun, ours }: JobRow): number {
  if (lastRun === null) return -Infinity;
  return ours ? lastRun + 1 : lastRun + sameTickMs;
}
