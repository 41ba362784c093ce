import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readProjectJobs } from '../../../src/core/jobs/readJobs';
import { withParameters } from '../../../src/core/jobs/runParameters';
import { readServerSchedule } from '../../../src/core/jobs/serverSchedule';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'sync-jobs-file-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

async function read(text: string, settings?: unknown) {
  const root = await folderWith({ '.systemprompt/sync/jobs.yaml': text });
  return readProjectJobs(openStateDirectory(root), settings);
}

describe('readProjectJobs', () => {
  it('reads jobs with their parameters, and fills in what is harmless', async () => {
    const { jobs, problems } = await read(`jobs:
  - name: content_sync
    schedule: "0 */15 * * * *"
    parameters: { direction: to_disk, sources: [blog] }
  - name: access_control_sync
    enabled: false
    catch_up: true
    timeout_seconds: 30
    parameters: { yaml_path: access-control/roles.yaml, delete_orphans: true }
`);
    expect(problems).toEqual([]);
    expect(jobs.map(({ schedule, ...job }) => ({ ...job, schedule: schedule?.text }))).toEqual([
      {
        task: {
          name: 'content_sync',
          parameters: {
            direction: 'to-disk',
            deleteOrphans: false,
            overrideExisting: false,
            sources: ['blog'],
          },
        },
        schedule: '0 */15 * * * *',
        enabled: true,
        catchUp: false,
        timeoutMs: 600_000,
        retries: 3,
      },
      {
        task: {
          name: 'access_control_sync',
          parameters: { deleteOrphans: true, overrideExisting: false, yamlPath: 'access-control/roles.yaml' },
        },
        schedule: undefined,
        enabled: false,
        catchUp: true,
        timeoutMs: 30_000,
        retries: 3,
      },
    ]);
  });

  it('has no jobs without a file, and with an empty one', async () => {
    expect(await readProjectJobs(openStateDirectory(await folderWith({})))).toEqual({
      jobs: [],
      problems: [],
    });
    expect(await read('')).toEqual({ jobs: [], problems: [] });
  });

  it.each([
    [
      'a name that belongs to the server',
      '{name: publish_pipeline}',
      2,
      /No job "publish_pipeline" runs here/,
    ],
    ['a misspelt name', '{name: conten_sync}', 2, /Did you mean "content_sync"/],
    ['a schedule of five fields', '{name: content_sync, schedule: "* * * * *"}', 2, /5 fields/],
    ['a flag that is text', '{name: content_sync, parameters: {delete_orphans: "yes"}}', 2, /true or false/],
    [
      'an unknown parameter',
      '{name: content_sync, parameters: {delete_orphan: true}}',
      2,
      /no parameter "delete_orphan".*"delete_orphans"/,
    ],
    [
      'a parameter of the other job',
      '{name: content_sync, parameters: {yaml_path: a.yaml}}',
      2,
      /no parameter "yaml_path"/,
    ],
    ['an unknown setting', '{name: content_sync, schedul: "@daily"}', 2, /no setting "schedul".*"schedule"/],
    [
      'an unknown direction',
      '{name: content_sync, parameters: {direction: up}}',
      2,
      /the text "up"; possible are to_db/,
    ],
    [
      'a path that leads out',
      '{name: access_control_sync, parameters: {yaml_path: ../../x.yaml}}',
      2,
      /below the services directory/,
    ],
    ['a timeout of nothing', '{name: content_sync, timeout_seconds: 0}', 2, /timeout_seconds/],
    ['an entry that is no mapping', 'content_sync', 2, /a mapping is expected/],
  ])('leaves out a job with %s, says where, and keeps the other', async (_what, entry, line, message) => {
    const other = entry.includes('access_control_sync') ? 'content_sync' : 'access_control_sync';
    const { jobs, problems } = await read(`jobs:\n  - ${entry}\n  - {name: ${other}, schedule: "@daily"}\n`);
    expect(jobs.map(({ task }) => task.name)).toEqual([other]);
    expect(problems).toMatchObject([
      {
        severity: 'error',
        path: '.systemprompt/sync/jobs.yaml',
        line,
        message: expect.stringMatching(message) as string,
      },
    ]);
  });

  it('runs neither of two entries for one job', async () => {
    const { jobs, problems } = await read(
      'jobs:\n  - {name: content_sync}\n  - {name: content_sync, enabled: false}\n',
    );
    expect(jobs).toEqual([]);
    expect(problems).toMatchObject([{ line: 3, message: expect.stringContaining('listed twice') as string }]);
  });

  it.each([
    ['broken YAML', 'jobs: [', /no usable YAML/],
    ['no mapping', '- a', /not a mapping/],
    ['no list', 'jobs: 3', /a list is expected/],
  ])('runs nothing from %s, not even what the settings add', async (_what, text, message) => {
    const { jobs, problems } = await read(text, [{ name: 'content_sync', schedule: '@daily' }]);
    expect(jobs).toEqual([]);
    expect(problems).toMatchObject([
      { severity: 'error', message: expect.stringMatching(message) as string },
    ]);
  });

  it('lays the settings over the file, key by key', async () => {
    const { jobs, problems } = await read(
      'jobs:\n  - {name: content_sync, schedule: "@daily", parameters: {direction: to_disk, sources: [blog]}}\n',
      [
        { name: 'content_sync', enabled: false, parameters: { direction: 'to_db' } },
        { name: 'access_control_sync' },
      ],
    );
    expect(problems).toEqual([]);
    expect(jobs).toMatchObject([
      {
        enabled: false,
        schedule: { text: '@daily' },
        task: { parameters: { direction: 'to-db', sources: ['blog'] } },
      },
      { task: { name: 'access_control_sync' }, enabled: true },
    ]);
  });

  it('does not run a job whose settings are wrong, although the file is right', async () => {
    const { jobs, problems } = await read('jobs:\n  - {name: content_sync, schedule: "@daily"}\n', [
      { name: 'content_sync', parameters: { delete_orphans: 1 } },
    ]);
    expect(jobs).toEqual([]);
    expect(problems).toMatchObject([{ path: 'settings', line: null }]);
  });
});

describe('withParameters', () => {
  it('replaces only what is given', async () => {
    const { jobs } = await read(
      'jobs:\n  - {name: content_sync, parameters: {direction: to_disk, sources: [blog]}}\n',
    );
    const job = await withParameters('content_sync', jobs[0], ['delete_orphans=true']);
    expect(job.task.parameters).toEqual({
      direction: 'to-disk',
      deleteOrphans: true,
      overrideExisting: false,
      sources: ['blog'],
    });
  });

  it.each([
    ['delete_orphans=yes'],
    ['delete_orphans=TRUE'],
    ['nonsense=1'],
    ['direction=sideways'],
    ['sources='],
    ['alone'],
  ])('refuses %s', async (text) => {
    await expect(withParameters('content_sync', undefined, [text])).rejects.toMatchObject({
      code: 'invalidInput',
    });
  });
});

describe('readServerSchedule', () => {
  it('finds the scheduler in the first include that has one', async () => {
    const root = await folderWith({
      'config/config.yaml': 'includes: [../ai/config.yaml, ../scheduler/config.yaml]\n',
      'ai/config.yaml': 'ai: {}\n',
      'scheduler/config.yaml':
        'scheduler:\n  jobs:\n    - {name: database_cleanup, owner: admin, schedule: "0 0 4 * * *"}\n    - {name: page_prerender, owner: admin, enabled: false}\n',
    });
    expect(await readServerSchedule(root)).toEqual({
      path: 'scheduler/config.yaml',
      jobs: [
        { name: 'database_cleanup', schedule: '0 0 4 * * *', enabled: true },
        { name: 'page_prerender', schedule: '', enabled: false },
      ],
      warnings: [],
    });
  });

  it('survives includes that go round, lead out, or are missing, and files that are broken', async () => {
    const root = await folderWith({
      'config/config.yaml': 'includes: [config.yaml, ../../../../etc/passwd, ../gone.yaml, ../broken.yaml]\n',
      'broken.yaml': 'a: [',
    });
    const { jobs, warnings } = await readServerSchedule(root);
    expect(jobs).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('broken.yaml')]);
  });
});
