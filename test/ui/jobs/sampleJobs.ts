import type { ListedJob } from '../../../src/core/jobs/listedJobs';
import type { RunRecord } from '../../../src/core/jobs/runRecord';

/** 12:00 here, on a day without a change of the clocks. */
export const noon = new Date(2026, 5, 10, 12, 0, 0).getTime();
export const minutesLater = (minutes: number) => new Date(noon + minutes * 60_000).toISOString();

export function listedJob(overrides: Partial<ListedJob> = {}): ListedJob {
  return {
    name: 'content_sync',
    schedule: '0 */15 * * * *',
    enabled: true,
    paused: false,
    scheduler: 'project',
    next_run: minutesLater(15),
    last_run: minutesLater(-5),
    last_status: 'success',
    last_error: null,
    run_count: 4,
    parameters: {
      direction: 'to-db',
      deleteOrphans: false,
      overrideExisting: false,
      sources: ['blog', 'docs'],
    },
    ...overrides,
  };
}

export const failedRun = (reason: string, overrides: Partial<ListedJob> = {}) =>
  listedJob({ last_status: 'failed', last_error: reason, ...overrides });

export function runRecord(overrides: Partial<RunRecord> = {}): RunRecord {
  return {
    format: 1,
    job: 'content_sync',
    trigger: 'schedule',
    due: minutesLater(-15),
    started_at: minutesLater(-15),
    duration_ms: 340,
    status: 'success',
    attempts: 1,
    items_synced: 2,
    items_skipped: 1,
    errors: [],
    warnings: [],
    target: 'postgres:127.0.0.1:5432/app',
    host: 'desk',
    pid: 42,
    ...overrides,
  };
}
