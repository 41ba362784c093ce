import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { Database } from '../database/connection';

/** The row of a job in `scheduled_jobs` (data.md 5.3). Times are milliseconds since the epoch. */
export interface JobRow {
  readonly schedule: string;
  /** False: paused, for every runner. */
  readonly enabled: boolean;
  readonly lastRun: number | null;
  /** The first due time that nobody has finished. */
  readonly nextRun: number | null;
  readonly lastStatus: string | null;
  readonly lastError: string | null;
  /** Grows with every run, so it is also the fence: who claimed another count has lost the job. */
  readonly runCount: number;
  /**
   * The last run was one of ours. We write `updated_at` and `last_run` as one value in whole milliseconds; a server writes
   * the database's microseconds.
   */
  readonly ours: boolean;
  /** How long ago, by the database's clock, `updated_at` was written. */
  readonly silentMs: number;
}

const rowSchema = z.object({
  job_name: z.string(),
  schedule: z.string(),
  enabled: z.boolean(),
  last_run: z.nullable(z.number()),
  next_run: z.nullable(z.number()),
  last_status: z.nullable(z.string()),
  last_error: z.nullable(z.string()),
  run_count: z.int(),
  ours: z.boolean(),
  silent_ms: z.number(),
});

/** @throws SyncError `database` */
export async function readJobRow(db: Database, name: string): Promise<JobRow | undefined> {
  return (await readJobRows(db, [name])).get(name);
}

/** By name; a job without a row is missing. @throws SyncError `database` */
export async function readJobRows(db: Database, names: readonly string[]): Promise<Map<string, JobRow>> {
  const { rows } = await db.query(
    `SELECT job_name, schedule, enabled, last_status, last_error, run_count,
            round(extract(epoch FROM last_run) * 1000)::float8 AS last_run,
            round(extract(epoch FROM next_run) * 1000)::float8 AS next_run,
            coalesce(updated_at = last_run AND date_trunc('milliseconds', last_run) = last_run, false) AS ours,
            (extract(epoch FROM clock_timestamp() - updated_at) * 1000)::float8 AS silent_ms
       FROM scheduled_jobs WHERE job_name = ANY($1::text[])`,
    [names],
  );
  return new Map(
    rows.map((read) => {
      const row = z.parse(rowSchema, read);
      return [row.job_name, jobRow(row)];
    }),
  );
}

function jobRow(row: z.infer<typeof rowSchema>): JobRow {
  return {
    schedule: row.schedule,
    enabled: row.enabled,
    lastRun: row.last_run,
    nextRun: row.next_run,
    lastStatus: row.last_status,
    lastError: row.last_error,
    runCount: row.run_count,
    ours: row.ours,
    silentMs: row.silent_ms,
  };
}

/** Makes the row where there is none; an existing one is left as it is, paused ones too (data.md J-5). */
export async function registerJob(
  db: Database,
  name: string,
  { schedule, nextRun }: { readonly schedule: string; readonly nextRun: number | undefined },
): Promise<void> {
  await db.query(
    `INSERT INTO scheduled_jobs (id, job_name, schedule, next_run) VALUES ($1, $2, $3, $4::timestamptz)
     ON CONFLICT (job_name) DO NOTHING`,
    [randomUUID(), name, schedule, iso(nextRun)],
  );
}

export interface Claim {
  readonly name: string;
  /** `run_count` as it was read: where it has moved, somebody else has the run. */
  readonly seen: number;
  readonly now: number;
  /** Of a tick; a run by hand leaves schedule and next run alone. */
  readonly tick?: { readonly schedule: string; readonly due: number };
  /** The row itself is the lock: its heartbeat counts by the database's clock. */
  readonly lease: boolean;
}

/**
 * Starts a run in the row. `next_run` stays at the tick until it is finished, so that whoever finds the run dead knows which.
 * @returns the run's own count, or undefined when somebody else was faster
 */
export async function claimRun(
  db: Database,
  { name, seen, now, tick, lease }: Claim,
): Promise<number | undefined> {
  const { rows } = await db.query<{ run_count: number }>(
    `UPDATE scheduled_jobs
        SET last_run = $3::timestamptz, last_status = 'running', last_error = NULL, run_count = run_count + 1,
            schedule = coalesce($4, schedule), next_run = coalesce($5::timestamptz, next_run),
            updated_at = CASE WHEN $6::boolean THEN clock_timestamp() ELSE $3::timestamptz END
      WHERE job_name = $1 AND run_count = $2 RETURNING run_count`,
    [name, seen, iso(now), tick?.schedule ?? null, iso(tick?.due), lease],
  );
  return rows[0]?.run_count;
}

export interface Finish {
  readonly name: string;
  /** The count that `claimRun` gave. */
  readonly runCount: number;
  readonly now: number;
  readonly status: 'success' | 'failed';
  readonly error: string | undefined;
  /** The next tick; undefined leaves the one that is there. */
  readonly nextRun: number | undefined;
}

/** @returns false when somebody else has taken the run over meanwhile: then the row is theirs */
export async function finishRun(
  db: Database,
  { name, runCount, now, status, error, nextRun }: Finish,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE scheduled_jobs
        SET last_run = $3::timestamptz, updated_at = $3::timestamptz, last_status = $4, last_error = $5,
            next_run = coalesce($6::timestamptz, next_run)
      WHERE job_name = $1 AND run_count = $2 AND last_status = 'running'`,
    [name, runCount, iso(now), status, error ?? null, iso(nextRun)],
  );
  return rowCount > 0;
}

/** Sets a row right whose run died, without running its tick again (data.md J-5). */
export async function recoverRow(
  db: Database,
  name: string,
  { seen, nextRun }: { readonly seen: number; readonly nextRun: number | undefined },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE scheduled_jobs
        SET last_status = 'failed', last_error = $3, updated_at = last_run,
            next_run = coalesce($4::timestamptz, next_run)
      WHERE job_name = $1 AND run_count = $2 AND last_status = 'running'`,
    [name, seen, diedText, iso(nextRun)],
  );
  return rowCount > 0;
}

export const diedText = 'The process that ran it ended before it had finished.';

/** Renews a lease. @returns false when it is lost */
export async function renewLease(db: Database, name: string, runCount: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE scheduled_jobs SET updated_at = clock_timestamp()
      WHERE job_name = $1 AND run_count = $2 AND last_status = 'running'`,
    [name, runCount],
  );
  return rowCount > 0;
}

/** Pauses or resumes a job for every runner; ticks that passed meanwhile are not made up for. */
export async function setJobEnabled(db: Database, name: string, enabled: boolean): Promise<void> {
  await db.query(
    `INSERT INTO scheduled_jobs (id, job_name, schedule, enabled) VALUES ($1, $2, '', $3)
     ON CONFLICT (job_name) DO UPDATE SET enabled = excluded.enabled,
       next_run = CASE WHEN excluded.enabled AND NOT scheduled_jobs.enabled THEN NULL ELSE scheduled_jobs.next_run END`,
    [randomUUID(), name, enabled],
  );
}

function iso(time: number | undefined): string | null {
  return time === undefined || !Number.isFinite(time) ? null : new Date(time).toISOString();
}
