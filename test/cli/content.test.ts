import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ContentDiffReport } from '../../src/core/content/contentReport';
import { createContentProject, page, type ContentProject } from '../support/contentProject';
import { createTestDatabase } from '../support/database';
import { runCli, type CliRun } from '../support/runCli';

let current: ContentProject | undefined;

async function project(...args: Parameters<typeof createContentProject>): Promise<ContentProject> {
  current = await createContentProject(...args);
  return current;
}

function cli(p: ContentProject, ...args: string[]): Promise<CliRun> {
  return runCli([...args, '--json'], { cwd: p.root, env: { DATABASE_URL: p.db.url } });
}

/** The test database's password, which must never be seen. */
function passwordOf(url: string): string {
  return decodeURIComponent(new URL(url).password);
}

afterEach(async () => {
  await current?.dispose();
  current = undefined;
});

describe('systemprompt-sync content', () => {
  it('pushes a new project, says in sync, and finds a change of one field', async () => {
    const p = await project({ 'docs/index.md': page({ slug: '' }), 'docs/a.md': page({ slug: 'a' }) });
    const first = await cli(p, 'content', 'diff');
    expect(first.code).toBe(1);
    const docs = first.json<ContentDiffReport>().sources.find(({ name }) => name === 'docs');
    expect(docs?.added.map(({ slug, status, path }) => [slug, status, path])).toEqual([
      ['', 'Added', 'services/content/docs/index.md'],
      ['a', 'Added', 'services/content/docs/a.md'],
    ]);

    const push = await cli(p, 'content', 'to-db', '--yes');
    expect(push.code).toBe(0);
    expect(push.json()).toMatchObject({
      operation: 'content_to_db',
      success: true,
      items_synced: 2,
      state: { kind: 'completed' },
      details: { created: 2, updated: 0, unchanged: 0, skipped_modified: 0, deleted: 0, invalid: 0 },
    });
    const second = await cli(p, 'content', 'diff');
    expect([second.code, second.json<ContentDiffReport>().in_sync]).toEqual([0, true]);
    expect((await cli(p, 'status')).code).toBe(0);

    await p.write('docs/a.md', page({ slug: 'a', extra: 'keywords: k\n' }));
    const third = await cli(p, 'content', 'diff', '--source', 'docs');
    expect(third.code).toBe(1);
    expect(third.json<ContentDiffReport>().sources[0]?.modified[0]).toMatchObject({
      slug: 'a',
      fields: ['keywords'],
      origin: 'disk',
    });
  });

  it('prints a plan on a dry run, and changes nothing, not even the state', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    const dry = await cli(p, 'content', 'to-db', '--dry-run');
    expect(dry.code).toBe(1);
    expect(dry.json()).toMatchObject({
      dry_run: true,
      items_synced: 0,
      steps: [{ action: 'create', slug: 'a' }],
    });
    expect(await p.db.query('SELECT 1 FROM markdown_content')).toEqual([]);
    await expect(
      import('node:fs/promises').then(({ access }) => access(join(p.root, '.systemprompt', 'sync'))),
    ).rejects.toThrow();
    await cli(p, 'content', 'to-db');
    expect((await cli(p, 'content', 'to-db', '--dry-run')).code).toBe(0);
  });

  it('gives a dry run and the real run the same plan id', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    const dry = await cli(p, 'content', 'to-db', '--dry-run');
    const real = await cli(p, 'content', 'to-db');
    expect(real.json()['plan_id']).toBe(dry.json()['plan_id']);
  });

  it('does not overwrite without --yes when nobody can be asked', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    await cli(p, 'content', 'to-db');
    await p.write('docs/a.md', page({ slug: 'a', title: 'New' }));
    const refused = await cli(p, 'content', 'to-db');
    expect(refused.code).toBe(2);
    expect(refused.json()).toMatchObject({ error: { code: 'confirmationRequired' } });
    expect(await p.db.query('SELECT title FROM markdown_content')).toEqual([{ title: 'A page' }]);
    expect((await cli(p, 'content', 'to-db', '--yes')).code).toBe(0);
  });

  it('exits with 6 when only conflicts were left, and with 5 when something was done beside them', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    await cli(p, 'content', 'to-db');
    await p.write('docs/a.md', page({ slug: 'a', title: 'Here' }));
    await p.db.query(`UPDATE markdown_content SET title = 'There'`);
    expect((await cli(p, 'content', 'to-db', '--yes')).code).toBe(6);
    await p.write('docs/b.md', page({ slug: 'b' }));
    expect((await cli(p, 'content', 'to-db', '--yes')).code).toBe(5);
    expect((await cli(p, 'content', 'to-disk', '--yes', '--conflict', 'database')).code).toBe(0);
    expect(await p.read('docs/a.md')).toContain('There');
  });

  it('lists backups, and restores a row and a file', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    await cli(p, 'content', 'to-db');
    await p.write('docs/a.md', page({ slug: 'a', title: 'New' }));
    const push = await cli(p, 'content', 'to-db', '--yes');
    const backup = push.json<{ backup: string }>().backup;
    const list = await cli(p, 'backups', 'list');
    expect(list.json()).toMatchObject([{ id: backup, operation: 'content_to_db', items: 1 }]);
    expect((await cli(p, 'backups', 'restore', backup)).code).toBe(2);
    const restored = await cli(p, 'backups', 'restore', backup, '--yes');
    expect(restored.json()).toMatchObject({ operation: 'restore', success: true, items_synced: 1 });
    expect(await p.db.query('SELECT title FROM markdown_content')).toEqual([{ title: 'A page' }]);

    const pull = await cli(p, 'content', 'to-disk', '--yes');
    expect(await p.read('docs/a.md')).toContain('A page');
    await cli(p, 'backups', 'restore', pull.json<{ backup: string }>().backup, '--yes');
    expect(await p.read('docs/a.md')).toContain('New');
  });

  it('brings deleted rows back with what went along with them', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    await cli(p, 'content', 'to-db');
    await p.db.query(
      `INSERT INTO content_performance_metrics (id, content_id, total_views) SELECT 'm', id, 42 FROM markdown_content`,
    );
    const before = await p.db.query('SELECT * FROM markdown_content');
    await p.write('docs/b.md', page({ slug: 'b' }));
    await p.remove('docs/a.md');
    const push = await cli(p, 'content', 'to-db', '--yes', '--delete-orphans');
    expect(push.json()).toMatchObject({
      details: { deleted: 1 },
      warnings: [expect.stringContaining('content_performance_metrics')],
    });
    await cli(p, 'backups', 'restore', push.json<{ backup: string }>().backup, '--yes');
    expect(await p.db.query(`SELECT * FROM markdown_content WHERE slug = 'a'`)).toEqual(before);
    expect(await p.db.query('SELECT total_views FROM content_performance_metrics')).toEqual([
      { total_views: 42 },
    ]);
  });

  it('leaves a row alone on restore that somebody has changed since', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    await cli(p, 'content', 'to-db');
    await p.write('docs/a.md', page({ slug: 'a', title: 'New' }));
    const { backup } = (await cli(p, 'content', 'to-db', '--yes')).json<{ backup: string }>();
    await p.db.query(`UPDATE markdown_content SET title = 'Newer'`);
    const restore = await cli(p, 'backups', 'restore', backup, '--yes');
    expect(restore.code).toBe(6);
    expect(await p.db.query('SELECT title FROM markdown_content')).toEqual([{ title: 'Newer' }]);
    expect((await cli(p, 'backups', 'restore', backup, '--yes', '--override')).code).toBe(0);
    expect(await p.db.query('SELECT title FROM markdown_content')).toEqual([{ title: 'A page' }]);
  });

  it('works on a services folder that is named by hand, from anywhere', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    const folder = await mkdtemp(join(tmpdir(), 'sync-elsewhere-'));
    try {
      const args = ['content', 'to-db', '--services', join(p.root, 'services'), '--json'];
      const run = await runCli(args, { cwd: folder, env: { DATABASE_URL: p.db.url } });
      expect([run.code, run.json()]).toMatchObject([0, { details: { created: 1 } }]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('asks for the host of a target that is not loopback', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    await mkdir(join(p.root, '.systemprompt', 'profiles', 'prod'), { recursive: true });
    await writeFile(
      join(p.root, '.systemprompt', 'profiles', 'prod', 'profile.yaml'),
      'name: prod\ntarget: local\npaths: { system: ../../.., services: ../../../services, bin: . }\nruntime: { environment: production }\n',
    );
    const refused = await cli(p, 'content', 'to-db', '--yes');
    expect(refused.code).toBe(6);
    expect(refused.json()).toMatchObject({
      error: { code: 'guard', details: { guard: 'productionTarget' } },
    });
    expect((await cli(p, 'content', 'to-db', '--yes', '--confirm-target', '127.0.0.1')).code).toBe(0);
  });
});

describe('bad input', () => {
  it.each<
    readonly [string, (p: ContentProject) => Promise<Record<string, string> | undefined>, number, RegExp]
  >([
    [
      'nothing listens at the database address',
      async () => ({ DATABASE_URL: 'postgres://me:hunter2secret@127.0.0.1:1/app' }),
      4,
      /127\.0\.0\.1:1/,
    ],
    [
      'a URL of another kind',
      async () => ({ DATABASE_URL: 'mysql://me:hunter2secret@127.0.0.1/app' }),
      2,
      /DATABASE_URL/,
    ],
    [
      'a wrong password',
      async (p) => {
        const url = new URL(p.db.url);
        url.password = 'hunter2secret';
        return { DATABASE_URL: url.href };
      },
      4,
      /password/i,
    ],
    [
      'a missing table',
      async (p) => {
        await p.db.query('DROP TABLE markdown_content CASCADE');
        return undefined;
      },
      4,
      /markdown_content/,
    ],
    [
      'a missing column',
      async (p) => {
        await p.db.query('ALTER TABLE markdown_content DROP COLUMN links');
        return undefined;
      },
      4,
      /links/,
    ],
    [
      'a config that is not YAML',
      async (p) => {
        await p.write('config.yaml', 'content_sources: [\n');
        return undefined;
      },
      2,
      /config\.yaml/,
    ],
    [
      'no content config',
      async (p) => {
        await p.remove('config.yaml');
        return undefined;
      },
      2,
      /config\.yaml/,
    ],
  ])('%s', async (_name, spoil, code, message) => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    const env = await spoil(p);
    const run = await runCli(['content', 'to-db', '--yes', '--json'], {
      cwd: p.root,
      env: { DATABASE_URL: p.db.url, ...env },
    });
    expect(run.code).toBe(code);
    expect(run.json<{ error: { message: string } }>().error.message).toMatch(message);
    for (const secret of ['hunter2secret', passwordOf(p.db.url)])
      expect(run.stdout + run.stderr).not.toContain(secret);
    expect(await p.read('docs/a.md')).toBe(page({ slug: 'a' }));
  });

  it.each<readonly [string, string | Uint8Array, RegExp, number | null]>([
    ['not UTF-8', new Uint8Array([...Buffer.from('---\ntitle: a\n'), 0xff, 0xfe]), /UTF-8/, 3],
    ['a slug that climbs', page({ slug: '../../etc/passwd' }), /slug/, 3],
    ['YAML that is broken', '---\ntitle: "unclosed\nslug: a\n---\n', /./, null],
    ['a NUL', page({ slug: 'a', body: 'x\0y' }), /NUL/, null],
    ['a date that does not exist', page({ slug: 'a' }).replace('2026-01-15', '2026-02-30'), /2026-02-30/, 6],
    ['a number for a title', page({ slug: 'a' }).replace('"A page"', '2024'), /2024/, 2],
  ])(
    '%s makes the file invalid at its line, and leaves both sides as they were',
    async (_name, text, message, line) => {
      const p = await project();
      await p.write('docs/a.md', text);
      const diff = await cli(p, 'content', 'diff');
      expect(diff.code).toBe(1);
      const [invalid] =
        diff.json<ContentDiffReport>().sources.find(({ name }) => name === 'docs')?.invalid ?? [];
      expect(invalid).toMatchObject({
        path: 'services/content/docs/a.md',
        message: expect.stringMatching(message) as string,
      });
      if (line !== null) expect(invalid?.line).toBe(line);
      expect((await cli(p, 'content', 'to-db', '--yes')).code).toBe(5);
      expect(await p.db.query('SELECT 1 FROM markdown_content')).toEqual([]);
    },
  );

  it('takes Windows line ends, a byte order mark and rules in the body', async () => {
    const text = `\ufeff${page({ slug: 'a', body: 'Above\n---\nbelow' })}`.replaceAll('\n', '\r\n');
    const p = await project({ 'docs/a.md': text });
    expect((await cli(p, 'content', 'to-db')).code).toBe(0);
    expect(await p.db.query('SELECT body FROM markdown_content')).toEqual([
      { body: 'Above\r\n---\r\nbelow' },
    ]);
    expect((await cli(p, 'content', 'diff')).code).toBe(0);
    expect(await p.read('docs/a.md')).toBe(text);
  });

  it('takes none of two files with one slug', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }), 'docs/b.md': page({ slug: 'a' }) });
    const diff = (await cli(p, 'content', 'diff')).json<ContentDiffReport>();
    expect(diff.sources.find(({ name }) => name === 'docs')?.invalid).toHaveLength(2);
    expect((await cli(p, 'content', 'to-db')).json()).toMatchObject({ details: { created: 0, invalid: 2 } });
  });

  it('counts a file with two problems once, and names both', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'Not A Slug', kind: '[no kind]' }) });
    const diff = await cli(p, 'content', 'diff');
    expect(diff.json<ContentDiffReport>().sources.flatMap(({ invalid }) => invalid)).toHaveLength(2);
    expect((await cli(p, 'content', 'to-db')).json()).toMatchObject({
      items_skipped: 1,
      details: { invalid: 1, left: [{ reason: expect.stringMatching(/slug.*kind/) as string }] },
    });
    expect((await cli(p, 'status')).json()).toMatchObject({ content: { invalid: 1 } });
  });

  it('refuses a folder without a project, an unknown option, and an unknown source', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sync-empty-'));
    try {
      const nowhere = await runCli(['content', 'diff', '--json'], { cwd: folder });
      expect([nowhere.code, nowhere.json()]).toMatchObject([2, { error: { code: 'notProjectRoot' } }]);
    } finally {
      await rm(folder, { recursive: true });
    }
    const unknown = await runCli(['content', 'diff', '--json', '--nope']);
    expect([unknown.code, unknown.json()]).toMatchObject([2, { error: { code: 'invalidInput' } }]);
    const p = await project();
    const source = await cli(p, 'content', 'diff', '--source', 'nope');
    expect([source.code, source.json()]).toMatchObject([2, { error: { code: 'invalidInput' } }]);
  });

  it('says that a slug which was named is the slug of no item', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    const run = await cli(p, 'content', 'to-db', '--slug', 'a', '--slug', 'oops');
    expect([run.code, run.json()]).toMatchObject([0, { details: { created: 1 } }]);
    expect(run.stderr).toContain('No item has the slug "oops", on disk or in the database.');
    expect(run.stderr).not.toContain('"a"');
  });

  it('says what to do about a database without a URL', async () => {
    const p = await project();
    const run = await runCli(['content', 'diff', '--json'], { cwd: p.root });
    expect([run.code, run.json()]).toMatchObject([
      2,
      { error: { code: 'missingConfig', hint: expect.any(String) as string } },
    ]);
  });

  it('says so when the database has another, empty schema', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    const empty = await createTestDatabase({ schema: [] });
    try {
      const run = await runCli(['status', '--json'], { cwd: p.root, env: { DATABASE_URL: empty.url } });
      expect(run.code).toBe(4);
      expect(run.json()).toMatchObject({ error: { code: 'database' } });
    } finally {
      await empty.drop();
    }
  });
});
