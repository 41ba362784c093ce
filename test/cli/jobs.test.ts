import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createContentProject, page, type ContentProject } from '../support/contentProject';
import { runCli, type CliOptions, type CliRun } from '../support/runCli';

const opened: ContentProject[] = [];

async function project(files: Readonly<Record<string, string>> = {}, jobs?: string): Promise<ContentProject> {
  const created = await createContentProject(files);
  opened.push(created);
  await created.db.query(await readFile(new URL('../../demo/schema/jobs.sql', import.meta.url), 'utf8'));
  if (jobs !== undefined) {
    await mkdir(join(created.root, '.systemprompt', 'sync'), { recursive: true });
    await writeFile(join(created.root, '.systemprompt', 'sync', 'jobs.yaml'), jobs);
  }
  return created;
}

afterEach(async () => {
  for (const created of opened.splice(0)) await created.dispose();
});

const cli = (
  { root, db }: ContentProject,
  args: readonly string[],
  onStart?: CliOptions['onStart'],
): Promise<CliRun> =>
  runCli(['jobs', ...args, '--json'], {
    cwd: root,
    env: { DATABASE_URL: db.url },
    ...(onStart && { onStart }),
  });

const everySecond = 'jobs:\n  - {name: content_sync, schedule: "* * * * * *"}\n';

describe('jobs run', () => {
  it('answers with the result and the run, and exits with 0', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    const run = await cli(p, ['run', 'content_sync']);
    expect([run.code, run.json()]).toMatchObject([
      0,
      {
        operation: 'content_to_db',
        success: true,
        items_synced: 1,
        details: { created: 1 },
        run: { job: 'content_sync', trigger: 'manual', status: 'success', due: null },
      },
    ]);
    const history = await cli(p, ['history', 'content_sync']);
    expect(history.json<unknown[]>()).toMatchObject([{ status: 'success', items_synced: 1 }]);
    expect((await cli(p, ['list'])).json<unknown[]>()).toEqual([]);
  });

  it('takes parameters, and changes nothing in a dry run', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    const dry = await cli(p, ['run', 'content_sync', '--dry-run', '-p', 'sources=docs']);
    expect([dry.code, dry.json()]).toMatchObject([1, { dry_run: true, steps: [{ slug: 'a' }] }]);
    const other = await cli(p, ['run', 'content_sync', '-p', 'sources=blog', '-p', 'override_existing=true']);
    expect([other.code, other.json()]).toMatchObject([0, { items_synced: 0 }]);
    expect(await p.db.query('SELECT 1 FROM markdown_content')).toEqual([]);
  });

  it('exits with 5 when some of it failed, and says what', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }), 'docs/broken.md': '---\ntitle: [\n---\n' });
    const run = await cli(p, ['run', 'content_sync']);
    expect([run.code, run.json()]).toMatchObject([
      5,
      {
        success: false,
        items_synced: 1,
        errors: [expect.stringContaining('broken.md')],
        run: { status: 'failed' },
      },
    ]);
  });

  it.each([
    ['an unknown job', ['run', 'database_cleanup'], /No job "database_cleanup" runs here/],
    ['a flag that is no flag', ['run', 'content_sync', '-p', 'delete_orphans=yes'], /true or false/],
    ['a parameter without a value', ['run', 'content_sync', '-p', 'direction'], /is no parameter/],
  ])('exits with 2 for %s', async (_what, args, message) => {
    const run = await cli(await project(), args);
    expect([run.code, run.json()]).toMatchObject([
      2,
      { error: { code: 'invalidInput', message: expect.stringMatching(message) as string } },
    ]);
  });

  it('exits with 4 for a run that failed as a whole, and still writes it down', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    await p.db.query('DROP TABLE markdown_content CASCADE');
    const run = await cli(p, ['run', 'content_sync']);
    expect([run.code, run.json()]).toMatchObject([4, { error: { code: 'database' } }]);
    expect((await cli(p, ['history', 'content_sync'])).json<unknown[]>()).toMatchObject([
      { status: 'failed' },
    ]);
  });
});

describe('jobs serve', () => {
  it('runs the schedule until it is stopped, and exits with 130', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) }, everySecond);
    await cli(p, ['run', 'content_sync']);
    const run = await cli(p, ['serve'], (kill) => void untilRuns(p, 3).then(() => kill('SIGTERM')));
    expect([run.code, run.json()]).toMatchObject([
      130,
      { jobs: [{ name: 'content_sync', schedule: '* * * * * *', last_status: 'success', run_count: 1 }] },
    ]);
    expect(await p.db.query('SELECT slug FROM markdown_content')).toEqual([{ slug: 'a' }]);
    const history = (await cli(p, ['history', 'content_sync'])).json<{ due: string }[]>();
    expect(history.length).toBeGreaterThanOrEqual(3);
    expect(new Set(history.map(({ due }) => due)).size).toBe(history.length);
  });

  it('refuses to serve nothing, and says what to write', async () => {
    const run = await cli(await project({}, 'jobs:\n  - {name: content_sync}\n'), ['serve']);
    expect([run.code, run.json()]).toMatchObject([
      2,
      { error: { code: 'missingConfig', hint: expect.stringContaining('schedule') as string } },
    ]);
  });
});

describe('jobs pause and resume', () => {
  it('show in the list', async () => {
    const p = await project({}, 'jobs:\n  - {name: content_sync, schedule: "@daily"}\n');
    const listed = async () => (await cli(p, ['list'])).json<unknown[]>();
    expect((await cli(p, ['pause', 'content_sync'])).json()).toEqual({ name: 'content_sync', paused: true });
    expect(await listed()).toMatchObject([{ enabled: true, paused: true, next_run: null }]);
    expect((await cli(p, ['resume', 'content_sync'])).json()).toEqual({
      name: 'content_sync',
      paused: false,
    });
    expect(await listed()).toMatchObject([
      { paused: false, next_run: expect.stringContaining('T00:00:00') as string },
    ]);
  });
});

describe('jobs list', () => {
  it('names a job that cannot be used on stderr, with its place, and exits with 2', async () => {
    const p = await project(
      {},
      'jobs:\n  - {name: content_sync, schedule: "* * * * *"}\n  - {name: access_control_sync}\n',
    );
    const run = await cli(p, ['list']);
    expect([run.code, run.json()]).toMatchObject([2, [{ name: 'access_control_sync', schedule: '' }]]);
    expect(run.stderr).toMatch(/\.systemprompt\/sync\/jobs\.yaml:2:\d+: /);
    const once = await cli(p, ['run', 'access_control_sync']);
    expect(once.stderr).toMatch(/\.systemprompt\/sync\/jobs\.yaml:2:\d+: /);
  });
});

async function untilRuns({ db }: ContentProject, count: number): Promise<void> {
  for (;;) {
    const [row] = await db.query<{ run_count: number }>('SELECT run_count FROM scheduled_jobs');
    if ((row?.run_count ?? 0) >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
