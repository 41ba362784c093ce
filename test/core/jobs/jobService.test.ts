import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JobResult } from '../../../src/core/jobs/runTask';
import { SyncError } from '../../../src/core/syncError';
import { page } from '../../support/contentProject';
import { createJobProject, nothingToDo, type JobProject } from './jobEnvironment';
import type { JobClock } from '../../../src/core/jobs/jobClock';

const write = (project: JobProject, path: string, text: string) =>
  writeFile(join(project.root, 'services', path), text);

const lastStatus = async ({ db }: JobProject) => {
  const [row] = await db.query<{ last_status: string; last_error: string | null }>(
    'SELECT last_status, last_error FROM scheduled_jobs',
  );
  return row;
};

/** Pauses take no time, and are counted. */
function hastyClock(): JobClock & { readonly pauses: number[] } {
  const pauses: number[] = [];
  return { pauses, now: Date.now, sleep: async (ms) => void pauses.push(ms) };
}

describe('content_sync', () => {
  it('writes what is new, and leaves alone what would be overwritten or deleted', async () => {
    const project = await createJobProject();
    await write(project, 'content/blog/a.md', page({ slug: 'a' }));
    await write(project, 'content/blog/b.md', page({ slug: 'b' }));
    const first = await project.service().run('content_sync');
    expect(first.outcome).toMatchObject({ status: 'success', errors: [], result: { items_synced: 2 } });

    await project.db.query("UPDATE markdown_content SET title = 'Changed there' WHERE slug = 'a'");
    await project.db.query(
      `INSERT INTO markdown_content SELECT (json_populate_record(m, json_build_object('id', 'other', 'slug', 'c'))).* FROM markdown_content m WHERE slug = 'b'`,
    );
    const second = await project.service().run('content_sync');
    expect(second.outcome.result).toMatchObject({ items_synced: 0, items_skipped: 2 });
    const rows = await project.db.query('SELECT slug, title FROM markdown_content ORDER BY slug');
    expect(rows).toEqual([
      { slug: 'a', title: 'Changed there' },
      { slug: 'b', title: 'A page' },
      { slug: 'c', title: 'A page' },
    ]);
  });

  it('goes the other way when its parameters say so', async () => {
    const project = await createJobProject();
    await write(project, 'content/blog/a.md', page({ slug: 'a' }));
    await project.service().run('content_sync');
    await project.db.query("UPDATE markdown_content SET title = 'From the row'");
    const { outcome } = await project.service().run('content_sync', ['direction=to_disk']);
    expect(outcome.result).toMatchObject({ operation: 'content_to_disk', items_synced: 1 });
    expect(await readFile(join(project.root, 'services/content/blog/a.md'), 'utf8')).toContain(
      'From the row',
    );
  });

  it('fails with an invalid file among valid ones, which are synced', async () => {
    const project = await createJobProject();
    await write(project, 'content/blog/a.md', page({ slug: 'a' }));
    await write(project, 'content/blog/broken.md', '---\ntitle: [\n---\n');
    const { outcome } = await project.service().run('content_sync');
    expect(outcome).toMatchObject({ status: 'failed', result: { items_synced: 1 } });
    expect(outcome.errors).toEqual([expect.stringContaining('broken.md')]);
    expect(await lastStatus(project)).toMatchObject({
      last_status: 'failed',
      last_error: expect.stringContaining('broken.md') as string,
    });
  });
});

describe('access_control_sync', () => {
  it('writes new rules, and overrides and deletes only when told to', async () => {
    const project = await createJobProject();
    await mkdir(join(project.root, 'services', 'access-control'));
    const rule = (access: string, roles: string) =>
      `rules:\n  - {entity_type: agent, entity_id: writer, access: ${access}, roles: [${roles}]}\n`;
    const stored = () =>
      project.db.query(
        "SELECT rule_value, access FROM access_control_rules WHERE rule_type = 'role' ORDER BY rule_value",
      );
    await write(project, 'access-control/config.yaml', rule('allow', 'editor, reader'));
    expect((await project.service().run('access_control_sync')).outcome.status).toBe('success');
    const both = [
      { rule_value: 'editor', access: 'allow' },
      { rule_value: 'reader', access: 'allow' },
    ];
    expect(await stored()).toEqual(both);

    await write(project, 'access-control/config.yaml', rule('deny', 'editor'));
    await project.service().run('access_control_sync');
    expect(await stored()).toEqual(both);
    await project.service().run('access_control_sync', ['override_existing=true', 'delete_orphans=true']);
    expect(await stored()).toEqual([{ rule_value: 'editor', access: 'deny' }]);
  });
});

describe('a run', () => {
  const busy = () => new SyncError('locked', 'Another process is changing this project.');

  it('tries transient failures again, with pauses that grow, and says how often', async () => {
    const project = await createJobProject();
    const clock = hastyClock();
    let calls = 0;
    const run = async (): Promise<JobResult> => {
      calls += 1;
      if (calls < 3) throw busy();
      return nothingToDo;
    };
    const { outcome, record } = await project.service({ clock, run }).run('content_sync');
    expect(outcome).toMatchObject({ status: 'success', attempts: 3 });
    expect(record.attempts).toBe(3);
    expect(clock.pauses).toHaveLength(2);
    expect(clock.pauses[1]).toBeGreaterThan(clock.pauses[0]!);
  });

  it('gives up after the retries it has', async () => {
    const project = await createJobProject();
    await project.writeJobs('jobs:\n  - {name: content_sync, retries: 1}\n');
    const { outcome } = await project
      .service({ clock: hastyClock(), run: () => Promise.reject(busy()) })
      .run('content_sync');
    expect(outcome).toMatchObject({ status: 'failed', attempts: 2, errors: [busy().message] });
  });

  it.each([
    ['a guard', new SyncError('guard', 'The target counts as production.')],
    ['a fault of ours', new TypeError('x is not a function')],
    [
      'a missing table',
      new SyncError('database', 'The table is missing.', { details: { sqlstate: '42P01' } }),
    ],
  ])('does not try %s again', async (_what, error) => {
    const project = await createJobProject();
    const { outcome } = await project
      .service({ clock: hastyClock(), run: () => Promise.reject(error) })
      .run('content_sync');
    expect(outcome).toMatchObject({ status: 'failed', attempts: 1 });
    expect(await lastStatus(project)).toMatchObject({ last_status: 'failed' });
  });

  it('is stopped when it takes too long, and counts as failed', async () => {
    const project = await createJobProject();
    await project.writeJobs('jobs:\n  - {name: content_sync, timeout_seconds: 1}\n');
    const { outcome } = await project
      .service({
        run: (_task, { signal }) =>
          new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('stopped')))),
      })
      .run('content_sync');
    expect(outcome).toMatchObject({
      status: 'failed',
      errors: ['It was stopped because it had not ended within 1 s.'],
    });
  });

  it('is stopped when the connection that holds its lock is lost, and still ends in its row', async () => {
    const project = await createJobProject();
    const { outcome } = await project
      .service({
        run: async (_task, { signal }) => {
          const stopped = new Promise<JobResult>((_, reject) =>
            signal?.addEventListener('abort', () => reject(new Error('stopped'))),
          );
          // The connection may be gone before the query that ends it has answered.
          stopped.catch(() => undefined);
          await project.db.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'systemprompt-sync jobs' AND datname = current_database()",
          );
          return stopped;
        },
      })
      .run('content_sync');
    expect(outcome).toMatchObject({ status: 'failed', errors: [expect.stringContaining('was lost')] });
    expect(await lastStatus(project)).toMatchObject({ last_status: 'failed' });
  });

  it('is refused while the same job runs elsewhere', async () => {
    const project = await createJobProject();
    let inner: unknown;
    await project
      .service({
        run: async () => {
          inner = await project
            .service({ run: async () => nothingToDo })
            .run('content_sync')
            .catch((error: unknown) => error);
          return nothingToDo;
        },
      })
      .run('content_sync');
    expect(inner).toMatchObject({ code: 'locked', message: expect.stringContaining('being run') as string });
  });

  it('writes no secret into row and history, whoever threw it', async () => {
    const project = await createJobProject();
    const secret = 'postgres://ann:hunter2@db.example.com/app';
    await project
      .service({ run: () => Promise.reject(new Error(`cannot reach ${secret}`)) })
      .run('content_sync');
    const history = await readFile(join(project.root, '.systemprompt/sync/jobs/content_sync.jsonl'), 'utf8');
    expect(`${JSON.stringify(await lastStatus(project))} ${history}`).not.toContain('hunter2');
  });
});

describe('the history', () => {
  it('keeps the last hundred runs, newest first, private to the user', async () => {
    const project = await createJobProject();
    const file = join(project.root, '.systemprompt/sync/jobs/content_sync.jsonl');
    let number = 0;
    const service = project.service({ run: async () => ({ ...nothingToDo, items_synced: number }) });
    await service.run('content_sync');
    const [line] = (await readFile(file, 'utf8')).trim().split('\n');
    const many = Array.from({ length: 199 }, (_, index) =>
      line!.replace('"items_synced":0', `"items_synced":${index + 1}`),
    );
    await writeFile(file, `${many.join('\n')}\n{"format":1,"job":"content_sy`);
    for (number = 200; number < 203; number += 1) await service.run('content_sync');
    const runs = await service.runsOf('content_sync');
    expect(runs.map(({ items_synced }) => items_synced)).toEqual(
      Array.from({ length: 100 }, (_, index) => 202 - index),
    );
    expect((await readFile(file, 'utf8')).split('\n').length).toBeLessThan(110);
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is empty for a job that never ran, and refuses a job that is none', async () => {
    const service = (await createJobProject()).service();
    expect(await service.runsOf('content_sync')).toEqual([]);
    await expect(service.runsOf('../../etc/passwd')).rejects.toMatchObject({ code: 'invalidInput' });
  });
});

describe('the list', () => {
  it("shows our jobs and the server's beside them, with what ran last", async () => {
    const project = await createJobProject();
    await project.writeJobs('jobs:\n  - {name: content_sync, schedule: "@daily"}\n  - {name: nonsense}\n');
    await mkdir(join(project.root, 'services/config'));
    await write(
      project,
      'config/config.yaml',
      'scheduler:\n  jobs:\n    - {name: database_cleanup, owner: admin, schedule: "0 0 4 * * *"}\n',
    );
    await project.db.query(
      "INSERT INTO scheduled_jobs (id, job_name, schedule, last_run, last_status, run_count) VALUES ('x', 'database_cleanup', '0 0 4 * * *', '2026-01-01T04:00:00.5Z', 'success', 9)",
    );
    const service = project.service(
      { run: async () => nothingToDo },
      { now: () => Date.UTC(2026, 0, 1, 12) },
    );
    await service.run('content_sync');
    await service.setPaused('content_sync', true);
    const { jobs, problems } = await service.list();
    expect(problems).toMatchObject([{ line: 3 }]);
    expect(jobs).toMatchObject([
      {
        name: 'content_sync',
        scheduler: 'project',
        schedule: '@daily',
        enabled: true,
        paused: true,
        next_run: null,
        last_run: '2026-01-01T12:00:00.000Z',
        last_status: 'success',
        run_count: 1,
      },
      {
        name: 'database_cleanup',
        scheduler: 'server',
        last_run: '2026-01-01T04:00:00.500Z',
        last_status: 'success',
        run_count: 9,
      },
    ]);
    await service.setPaused('content_sync', false);
    expect((await service.list()).jobs[0]).toMatchObject({
      paused: false,
      next_run: '2026-01-02T00:00:00.000Z',
    });
  });

  it('is shown without a database that answers, and says so', async () => {
    const project = await createJobProject();
    await project.writeJobs('jobs:\n  - {name: content_sync, schedule: "@daily"}\n');
    await project.db.query('DROP TABLE scheduled_jobs');
    const { jobs, warnings } = await project.service().list();
    expect(jobs).toMatchObject([{ name: 'content_sync', last_run: null }]);
    expect(warnings).toEqual([expect.stringContaining('scheduled_jobs')]);
  });
});
