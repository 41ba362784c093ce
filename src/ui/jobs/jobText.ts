import type { ListedJob } from '../../core/jobs/listedJobs';
import type { RowText } from '../operations/operationRow';
import { timeText } from '../timeText';
import type { Translate } from '../translate';
import { firstLine, wasStopped } from './failedJobs';

export interface JobMoment {
  /** It runs in this window, or the row says that it runs somewhere. */
  readonly running: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** How a job's last run ended, as far as the database knows. */
export type LastResult = 'never' | 'running' | 'succeeded' | 'failed' | 'stopped';

export function lastResult({ last_run, last_status, last_error }: ListedJob): LastResult {
  if (last_run === null) return 'never';
  if (last_status === 'running') return 'running';
  if (last_status !== 'failed') return 'succeeded';
  return wasStopped(last_error) ? 'stopped' : 'failed';
}

/** The row of a job: when it runs next, and how it ended last. */
export function jobText(t: Translate, job: ListedJob, moment: JobMoment): RowText {
  const when = whenText(t, job, moment);
  const last = lastText(t, job, moment);
  // Side bars are narrow: what needs a person comes first.
  const parts = lastResult(job) === 'failed' ? [last, when] : [when, last];
  const description = [...(job.scheduler === 'server' ? [t('server')] : []), ...parts].join(' · ');
  return {
    label: job.name,
    description,
    tooltip: [job.name, ...details(t, job), when, last],
    spoken: `${job.name}, ${description}`,
  };
}

function whenText(t: Translate, job: ListedJob, { running, now }: JobMoment): string {
  const { enabled, paused, schedule, scheduler, next_run: next } = job;
  if (running) return t('running');
  if (!enabled) return t('off');
  if (scheduler === 'server') return schedule === '' ? t('its own schedule') : schedule;
  if (paused) return t('paused');
  if (schedule === '') return t('by hand');
  return next === null ? schedule : t('next {0}', timeText(next, now));
}

function lastText(t: Translate, job: ListedJob, { now }: JobMoment): string {
  const time = job.last_run === null ? '' : timeText(job.last_run, now);
  switch (lastResult(job)) {
    case 'never':
      return t('never run');
    case 'running':
      return t('started {0}', time);
    case 'succeeded':
      return t('succeeded {0}', time);
    case 'stopped':
      return t('stopped {0}', time);
    case 'failed':
      return t('failed {0}: {1}', time, firstLine(job.last_error));
  }
}

function details(t: Translate, { scheduler, schedule, parameters }: ListedJob): string[] {
  if (scheduler === 'server') {
    return [t("A job of the server's own scheduler. It is shown here and never changed.")];
  }
  return [
    schedule === ''
      ? t('It has no schedule: it is run by hand.')
      : t('Schedule, in UTC with seconds first: {0}', schedule),
    ...Object.entries(parameters ?? {}).map(([name, value]) => `${name}: ${valueText(value)}`),
  ];
}

function valueText(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') || '–' : String(value);
}
