import type { Job } from './job';
import type { JobRow } from './jobRow';
import type { ServerSchedule } from './serverSchedule';

/** A line of `jobs list` (cli-contract.md). Times are ISO 8601, UTC. */
export interface ListedJob {
  readonly name: string;
  /** Empty: by hand; for a job of the server: its own. */
  readonly schedule: string;
  /** What the file says; a paused job does not run all the same. */
  readonly enabled: boolean;
  readonly paused: boolean;
  /** Who runs it: this project's runners, or the server's scheduler. */
  readonly scheduler: 'project' | 'server';
  readonly next_run: string | null;
  readonly last_run: string | null;
  readonly last_status: string | null;
  readonly last_error: string | null;
  readonly run_count: number;
  readonly parameters?: Job['task']['parameters'];
}

export interface ListInput {
  readonly jobs: readonly Job[];
  readonly server: ServerSchedule;
  readonly rows: ReadonlyMap<string, JobRow>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Pure. */
export function listedJobs({ jobs, server, rows, now }: ListInput): ListedJob[] {
  const ours = jobs.map((job): ListedJob => {
    const { name, parameters } = job.task;
    const row = rows.get(name);
    const runs = job.enabled && row?.enabled !== false;
    return {
      ...lastOf(row),
      name,
      schedule: job.schedule?.text ?? '',
      enabled: job.enabled,
      scheduler: 'project',
      next_run: runs ? isoOf(job.schedule?.nextAfter(now)) : null,
      parameters,
    };
  });
  const theirs = server.jobs.map(({ name, schedule, enabled }): ListedJob => {
    return { ...lastOf(rows.get(name)), name, schedule, enabled, scheduler: 'server', next_run: null };
  });
  return [...ours, ...theirs];
}

function lastOf(row: JobRow | undefined) {
  return {
    paused: row?.enabled === false,
    last_run: isoOf(row?.lastRun ?? undefined),
    last_status: row?.lastStatus ?? null,
    last_error: row?.lastError ?? null,
    run_count: row?.runCount ?? 0,
  };
}

function isoOf(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}
