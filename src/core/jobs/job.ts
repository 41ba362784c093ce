import type { ContentDirection } from '../content/contentPlan';
import type { CronSchedule } from './cronSchedule';

/** The jobs that run here; every other name belongs to the server (issue 8: newer servers stop at a name they do not know). */
export const jobNames = ['content_sync', 'access_control_sync'] as const;
export type JobName = (typeof jobNames)[number];

export interface ContentSyncParameters {
  readonly direction: ContentDirection;
  readonly deleteOrphans: boolean;
  readonly overrideExisting: boolean;
  /** Names of content sources; empty means all. */
  readonly sources: readonly string[];
}

export interface AccessControlSyncParameters {
  readonly deleteOrphans: boolean;
  readonly overrideExisting: boolean;
  /** Relative to the services directory, with `/`; without it the project's own two files. */
  readonly yamlPath?: string;
}

/** What is to be done, with its parameters checked. */
export type JobTask =
  | { readonly name: 'content_sync'; readonly parameters: ContentSyncParameters }
  | { readonly name: 'access_control_sync'; readonly parameters: AccessControlSyncParameters };

export interface Job {
  readonly task: JobTask;
  /** Undefined: the job is manual. */
  readonly schedule: CronSchedule | undefined;
  /** False: it is not run on its schedule; by hand it still is. */
  readonly enabled: boolean;
  /** Run once, late, when ticks were missed (asleep, or nobody there). */
  readonly catchUp: boolean;
  readonly timeoutMs: number;
  /** How often a transient failure is tried again within a run. */
  readonly retries: number;
}

export interface ScheduledJob extends Job {
  readonly schedule: CronSchedule;
}

/** True when the job is to be run by itself. */
export function isScheduled(job: Job): job is ScheduledJob {
  return job.enabled && job.schedule !== undefined;
}
