import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { parseSchedule } from '../../../src/core/jobs/cronSchedule';
import type { ScheduledJob } from '../../../src/core/jobs/job';
import { JobService, type JobServiceOptions } from '../../../src/core/jobs/jobService';
import type { JobResult } from '../../../src/core/jobs/runTask';
import { quietContext, type RunContext } from '../../../src/core/ports';
import { discoverProject, type Project } from '../../../src/core/project/discoverProject';
import { createTestDatabase, type TestDatabase } from '../../support/database';

export interface JobProject {
  readonly root: string;
  readonly db: TestDatabase;
  readonly project: Project;
  readonly service: (options?: JobServiceOptions, context?: Partial<RunContext>) => JobService;
  /** Writes `.systemprompt/sync/jobs.yaml`. */
  writeJobs(text: string): Promise<void>;
}

/** A project in a folder of its own, with the tables of the server; removed with the test. */
export async function createJobProject(databaseUrl?: (url: string) => string): Promise<JobProject> {
  const root = await mkdtemp(join(tmpdir(), 'sync-jobs-'));
  const db = await createTestDatabase();
  onTestFinished(async () => {
    await db.drop();
    await rm(root, { recursive: true, force: true });
  });
  await mkdir(join(root, '.systemprompt', 'sync'), { recursive: true });
  await mkdir(join(root, 'services', 'content', 'blog'), { recursive: true });
  await writeFile(
    join(root, 'services', 'content', 'config.yaml'),
    'content_sources:\n  blog: { path: content/blog, source_id: blog, category_id: blog, enabled: true }\n',
  );
  const project = await discoverProject({
    start: root,
    env: {},
    databaseUrl: databaseUrl?.(db.url) ?? db.url,
  });
  return {
    root,
    db,
    project,
    service: (options, context) => new JobService(project, quietContext(context), options),
    writeJobs: (text) => writeFile(join(root, '.systemprompt', 'sync', 'jobs.yaml'), text),
  };
}

/** What a job answers that had nothing to do. */
export const nothingToDo: JobResult = {
  operation: 'content_to_db',
  success: true,
  items_synced: 0,
  items_skipped: 0,
  errors: [],
  details: { left: [] },
  state: { kind: 'completed' },
  plan_id: '',
  warnings: [],
};

export async function scheduledJob(
  schedule: string,
  changes: Partial<Omit<ScheduledJob, 'schedule'>> = {},
): Promise<ScheduledJob> {
  return {
    task: {
      name: 'content_sync',
      parameters: { direction: 'to-db', deleteOrphans: false, overrideExisting: false, sources: [] },
    },
    enabled: true,
    catchUp: false,
    timeoutMs: 60_000,
    retries: 0,
    ...changes,
    schedule: await parseSchedule(schedule),
  };
}
