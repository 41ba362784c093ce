import { jobsFilePath } from '../../core/jobs/jobsFilePath';
import type { ListedJob } from '../../core/jobs/listedJobs';
import type { ContentProblem } from '../../core/models/content';
import { commands, contextValues } from '../contributions';
import type { OperationRow } from '../operations/operationRow';
import type { Translate } from '../translate';
import { jobText, lastResult } from './jobText';
import type { JobsState } from './jobsStore';

/** What is wrong with the schedule, then our jobs, then the server's. Pure but for the clock, which the words need. */
export function jobRows(t: Translate, { overview, running }: JobsState, now: () => number): OperationRow[] {
  return [
    ...overview.problems.map((problem, index) => problemRow(t, problem, index)),
    ...overview.jobs.map((job) =>
      jobRow(t, job, running.has(job.name) || job.last_status === 'running', now),
    ),
  ];
}

function jobRow(t: Translate, job: ListedJob, running: boolean, now: () => number): OperationRow {
  const isOurs = job.scheduler === 'project';
  const history = { id: commands.showJobHistory, title: t('History'), arguments: [job.name] };
  return {
    id: `${job.scheduler}:${job.name}`,
    icon: iconOf(job, running),
    contextValue: contextValueOf(job),
    subject: job.name,
    text: () => jobText(t, job, { running, now: now() }),
    ...(isOurs && { command: history }),
  };
}

function iconOf(job: ListedJob, running: boolean): string {
  if (running) return 'sync';
  if (job.scheduler === 'server') return 'server-process';
  if (lastResult(job) === 'failed') return 'error';
  if (job.paused) return 'debug-pause';
  return job.enabled && job.schedule !== '' ? 'clock' : 'circle-outline';
}

/** Pausing means something where there is a schedule. */
function contextValueOf({ scheduler, paused, enabled, schedule }: ListedJob): string {
  if (scheduler === 'server') return contextValues.serverJob;
  if (paused) return contextValues.pausedJob;
  return enabled && schedule !== '' ? contextValues.scheduledJob : contextValues.manualJob;
}

function problemRow(t: Translate, problem: ContentProblem, index: number): OperationRow {
  const { line, message, path } = problem;
  const inFile = path === jobsFilePath;
  const label = inFile ? 'jobs.yaml' : t('Settings');
  const description = line === null ? message : t('line {0}: {1}', line, message);
  const open = { id: commands.editSchedule, title: t('Edit Schedule'), arguments: [line ?? 1] };
  return {
    id: `problem:${index}`,
    icon: 'warning',
    contextValue: '',
    text: () => ({ label, description, tooltip: [label, description], spoken: `${label}, ${description}` }),
    ...(inFile && { command: open }),
  };
}
