import { describe, expect, it } from 'vitest';
import { jobRows } from '../../../src/ui/jobs/jobRows';
import type { JobsState } from '../../../src/ui/jobs/jobsStore';
import { problem } from '../content/sampleDiff';
import { inEnglish as t } from '../inEnglish';
import { listedJob, noon } from './sampleJobs';

const rowsOf = (overview: Partial<JobsState['overview']>, running: readonly string[] = []) =>
  jobRows(
    t,
    {
      on: true,
      stopped: undefined,
      running: new Set(running),
      overview: { jobs: [], problems: [], warnings: [], ...overview },
    },
    () => noon,
  );

describe('the rows of the jobs', () => {
  it('offer what can be done about a job, and nothing about the server’s', () => {
    const jobs = [
      listedJob(),
      listedJob({ paused: true }),
      listedJob({ schedule: '' }),
      listedJob({ enabled: false }),
      listedJob({ scheduler: 'server' }),
    ];
    const rows = rowsOf({ jobs });
    expect(rows.map(({ contextValue }) => contextValue)).toEqual([
      'job:scheduled',
      'job:paused',
      'job:manual',
      'job:manual',
      'job:server',
    ]);
    expect(rows.map(({ command }) => command?.id)).toEqual([
      ...Array.from({ length: 4 }, () => 'systempromptSync.jobs.showHistory'),
      undefined,
    ]);
  });

  it('tell a job of the server from one of ours of the same name', () => {
    const ids = rowsOf({ jobs: [listedJob(), listedJob({ scheduler: 'server' })] }).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });

  it('show that a job runs here, before its row says so', () => {
    expect(rowsOf({ jobs: [listedJob()] }, ['content_sync'])[0]?.text().description).toMatch(/^running/);
  });

  it('begin with what is wrong with the schedule, and lead to its line', () => {
    const at = problem('.systemprompt/sync/jobs.yaml', { line: 3, message: 'No such job.' });
    const [row] = rowsOf({ jobs: [listedJob()], problems: [at] });
    expect(row?.text()).toMatchObject({ label: 'jobs.yaml', description: 'line 3: No such job.' });
    expect(row?.command).toMatchObject({ id: 'systempromptSync.jobs.editSchedule', arguments: [3] });
  });
});
