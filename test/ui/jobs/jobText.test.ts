import { describe, expect, it } from 'vitest';
import { jobText } from '../../../src/ui/jobs/jobText';
import { durationText, timeText } from '../../../src/ui/timeText';
import { inEnglish as t } from '../inEnglish';
import { failedRun, listedJob, minutesLater, noon } from './sampleJobs';

const describeJob = (job = listedJob(), running = false) =>
  jobText(t, job, { running, now: noon }).description;
const at = (minutes: number) => timeText(minutesLater(minutes), noon);

describe('the words of a job', () => {
  it.each([
    ['scheduled', listedJob(), `next ${at(15)} · succeeded ${at(-5)}`],
    ['new', listedJob({ last_run: null, last_status: null }), `next ${at(15)} · never run`],
    ['paused', listedJob({ paused: true, next_run: null }), `paused · succeeded ${at(-5)}`],
    ['off', listedJob({ enabled: false, next_run: null }), `off · succeeded ${at(-5)}`],
    ['manual', listedJob({ schedule: '', next_run: null }), `by hand · succeeded ${at(-5)}`],
    ['stopped on purpose', failedRun('It was stopped.\nblog/a: left'), `next ${at(15)} · stopped ${at(-5)}`],
    [
      'out of time',
      failedRun('It was stopped because it had not ended within 1 s.'),
      /^failed .* within 1 s/,
    ],
  ])('say that it is %s', (_, job, words) => {
    if (typeof words === 'string') expect(describeJob(job)).toBe(words);
    else expect(describeJob(job)).toMatch(words);
  });

  it('say first what went wrong, in one line', () => {
    const job = failedRun('Nothing answers at 127.0.0.1:5432.\nMore of it.');
    expect(describeJob(job)).toBe(`failed ${at(-5)}: Nothing answers at 127.0.0.1:5432. · next ${at(15)}`);
  });

  it('say that it runs, wherever that is', () => {
    expect(describeJob(listedJob(), true)).toMatch(/^running · /);
    expect(describeJob(listedJob({ last_status: 'running' }), true)).toBe(`running · started ${at(-5)}`);
  });

  it('call the server’s own jobs its own', () => {
    const job = listedJob({ name: 'cleanup', scheduler: 'server', schedule: '0 0 4 * * *', last_run: null });
    const { description, tooltip, spoken } = jobText(t, job, { running: false, now: noon });
    expect(description).toBe('server · 0 0 4 * * * · never run');
    expect(tooltip.join(' ')).toContain('never changed');
    expect(spoken).toBe(`cleanup, ${description}`);
  });

  it('have schedule and parameters in the tooltip', () => {
    const { tooltip } = jobText(t, listedJob(), { running: false, now: noon });
    expect(tooltip).toContain('Schedule, in UTC with seconds first: 0 */15 * * * *');
    expect(tooltip).toContain('sources: blog, docs');
    expect(tooltip).toContain('deleteOrphans: false');
  });
});

describe('times', () => {
  it('have a day unless it is today, and seconds only where there are any', () => {
    expect(timeText(minutesLater(15), noon)).not.toContain('2026');
    expect(timeText(minutesLater(60 * 24), noon)).toContain('2026');
    expect(timeText(minutesLater(0.5), noon)).toMatch(/:30/);
    expect(timeText(minutesLater(15), noon)).not.toMatch(/:00/);
  });

  it.each([
    [340, '340 ms'],
    [12_430, '12.4 s'],
    [200_000, '3 min 20 s'],
  ])('last %i ms: %s', (ms, words) => {
    expect(durationText(ms)).toBe(words);
  });
});
