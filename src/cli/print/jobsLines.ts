import type { ListedJob } from '../../core/jobs/listedJobs';
import { countActions, type SkippedItem, type StepAction, type SyncPlan } from '../../core/models/plan';

/** What `jobs list` tells people: a line per job, ours first. */
export function jobLines(jobs: readonly ListedJob[]): string[] {
  if (jobs.length === 0)
    return ['There are no jobs: .systemprompt/sync/jobs.yaml lists none, and the server has none.'];
  return jobs.map((job) => {
    const last =
      job.last_run === null ? 'never run' : `last ${job.last_run} ${job.last_status ?? ''}${errorOf(job)}`;
    const by = job.scheduler === 'server' ? ' [server]' : '';
    return `${job.name}${by}: ${whenOf(job)}; ${last}`;
  });
}

function whenOf({ enabled, paused, schedule, scheduler, next_run }: ListedJob): string {
  if (!enabled) return 'off';
  if (paused) return `paused (${schedule})`;
  if (schedule === '') return scheduler === 'server' ? "the server's own schedule" : 'by hand';
  return next_run === null ? schedule : `${schedule}, next ${next_run}`;
}

function errorOf({ last_error }: ListedJob): string {
  return last_error === null ? '' : `: ${last_error.split('\n')[0] ?? ''}`;
}

interface PlannedStep {
  readonly action: StepAction;
  readonly slug?: string;
  readonly entityType?: string;
  readonly entityId?: string;
}

/** A dry run of either job. */
export function jobPlanLines(plan: SyncPlan<PlannedStep>): string[] {
  const { create, update, delete: deletes } = countActions(plan.steps);
  return [
    ...plan.steps.map((step) => `  ${step.action.padEnd(7)} ${nameOf(step)}`),
    ...plan.left.map(leftLine),
    `Plan ${plan.id.slice(0, 12)} for ${plan.target.label}: ${create} to create, ${update} to update, ${deletes} to delete, ` +
      `${plan.left.length} left. Nothing was changed.`,
  ];
}

function nameOf({ slug, entityType, entityId }: PlannedStep): string {
  return slug ?? `${entityType ?? ''}/${entityId ?? ''}`;
}

function leftLine({ item, reason }: SkippedItem): string {
  return `  left    ${item}: ${reason}`;
}
