import { describe, expect, it } from 'vitest';
import { withFailures } from '../../../src/ui/jobs/failedJobs';
import { failedRun, listedJob, minutesLater } from './sampleJobs';

describe('failed runs that nobody has looked at', () => {
  const failed = failedRun('The file is no YAML.\nline 3');
  const known = [{ name: 'content_sync', reason: 'The file is no YAML.', ended: minutesLater(-5) }];

  it('are those of our jobs whose last run failed, with the reason in a line', () => {
    expect(withFailures([], [failed, listedJob({ name: 'access_control_sync' })], {})).toEqual(known);
  });

  it('are not those that were stopped on purpose, nor the server’s own', () => {
    expect(withFailures([], [failedRun('It was stopped.')], {})).toEqual([]);
    expect(withFailures([], [failedRun('x', { scheduler: 'server', name: 'cleanup' })], {})).toEqual([]);
  });

  it('are none that were looked at, until the job fails again', () => {
    const seen = { content_sync: minutesLater(-5) };
    expect(withFailures([], [failed], seen)).toEqual([]);
    const again = failedRun('x', { last_run: minutesLater(15) });
    expect(withFailures([], [again], seen)).toHaveLength(1);
  });

  it('stay when a later run goes well or is stopped', () => {
    expect(withFailures(known, [listedJob()], {})).toEqual(known);
    expect(withFailures(known, [failedRun('It was stopped.')], {})).toEqual(known);
  });

  it('are told once for each job, the last one', () => {
    const again = failedRun('Nothing answers.', { last_run: minutesLater(15) });
    expect(withFailures(known, [again], {})).toEqual([
      { name: 'content_sync', reason: 'Nothing answers.', ended: minutesLater(15) },
    ]);
  });
});
