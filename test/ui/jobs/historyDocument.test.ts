import { describe, expect, it } from 'vitest';
import { historyDocument } from '../../../src/ui/jobs/historyDocument';
import { timeText } from '../../../src/ui/timeText';
import { inEnglish as t } from '../inEnglish';
import { minutesLater, noon, runRecord } from './sampleJobs';

const text = (...runs: ReturnType<typeof runRecord>[]) => historyDocument(t, 'content_sync', runs, noon);

describe('the history of a job', () => {
  it('says that there is none', () => {
    expect(text()).toContain('It has not run from here yet.');
  });

  it('has a line for each run, with counts, duration and backup', () => {
    const at = timeText(minutesLater(-15), noon);
    const page = text(
      runRecord({ backup: '20260610T114500Z-3f2a9c' }),
      runRecord({ trigger: 'manual', status: 'cancelled', duration_ms: 61_000 }),
    );
    expect(page).toContain(`| ${at} | on schedule | succeeded | 340 ms | 2 | 1 | 20260610T114500Z-3f2a9c |`);
    expect(page).toContain(`| ${at} | by hand | stopped | 1 min 1 s | 2 | 1 | – |`);
  });

  it('lists errors and warnings under the run they belong to', () => {
    const page = text(
      runRecord({
        status: 'failed',
        attempts: 3,
        errors: ['Nothing answers. Give --database-url.'],
        warnings: ['2 rows went too.'],
      }),
    );
    expect(page).toContain('failed, attempts: 3');
    expect(page).toContain('- Nothing answers. Give the stored database URL');
    expect(page).toContain('- Warning: 2 rows went too.');
  });
});
