import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ignore from 'ignore';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/digest';
import { collectFiles } from '../../../src/core/files/collectFiles';
import { openHashCache } from '../../../src/core/files/hashCache';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { temporaryProject, writeFiles } from '../state/temporaryProject';

const directories = ['agents', 'content'];
const nothing = () => false;

async function tree(files: Readonly<Record<string, string>>) {
  const root = await temporaryProject(files);
  const servicesDir = join(root, 'services');
  await mkdir(servicesDir, { recursive: true });
  const collect = (ignored: (path: string) => boolean = nothing) =>
    collectFiles({ servicesDir, directories, ignored });
  return { root, servicesDir, collect };
}

const old = new Date('2026-01-01T00:00:00Z');

describe('collecting', () => {
  it('hashes files of every size as sha256sum does', async () => {
    const sizes = [0, 1, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 3 * 1024 * 1024 + 7];
    const files = Object.fromEntries(sizes.map((size) => [`services/content/${size}.txt`, 'x'.repeat(size)]));
    const { servicesDir, collect } = await tree(files);
    const found = await collect();
    for (const size of sizes) {
      const path = `content/${size}.txt`;
      const said = execFileSync('sha256sum', [join(servicesDir, path)], { encoding: 'utf8' });
      expect(found.files.get(path)).toEqual({ path, digest: said.slice(0, 64), size, executable: false });
    }
  });

  it('follows no link, reads no pipe, and lists what it leaves out', async () => {
    const { servicesDir, collect } = await tree({
      'services/content/a.md': 'a',
      'services/content/aux.md': 'a Windows device',
      'services/agents/deep/.git/config': 'x',
      'services/web/index.html': 'x',
      'services/README.md': 'x',
    });
    await symlink('..', join(servicesDir, 'content/loop'));
    await symlink('/etc', join(servicesDir, 'agents/etc'));
    execFileSync('mkfifo', [join(servicesDir, 'content/pipe')]);
    const found = await collect();
    expect(found.files.list.map(({ path }) => path)).toEqual(['content/a.md']);
    expect(found.excluded.map(({ path, kind }) => `${kind} ${path}`).sort()).toEqual([
      'link agents/etc',
      'link content/loop',
      'name content/aux.md',
      'outside README.md',
      'outside web/',
      'secret agents/deep/.git/',
      'special content/pipe',
    ]);
  });

  it('does not go into a directory that is a link, also at the top', async () => {
    const { root, servicesDir, collect } = await tree({ 'elsewhere/a.md': 'a' });
    await symlink(join(root, 'elsewhere'), join(servicesDir, 'content'));
    const found = await collect();
    expect(found.files.size).toBe(0);
    expect(found.excluded).toMatchObject([{ path: 'content', kind: 'link' }]);
  });

  it('takes nothing that stands in place of a top-level directory', async () => {
    const { servicesDir, collect } = await tree({ 'services/content': 'a file' });
    execFileSync('mkfifo', [join(servicesDir, 'agents')]);
    const found = await collect();
    expect(found.files.size).toBe(0);
    expect(found.excluded.map(({ path, kind }) => `${kind} ${path}`).sort()).toEqual([
      'outside content',
      'special agents',
    ]);
  });

  it('leaves out what the rules name, a whole directory with one line', async () => {
    const { collect } = await tree({
      'services/content/drafts/a.md': 'a',
      'services/content/b.tmp': 'b',
      'services/content/c.md': 'c',
    });
    const rules = ignore().add('drafts/\n*.tmp\n');
    const found = await collect((path) => rules.ignores(path));
    expect(found.files.list.map(({ path }) => path)).toEqual(['content/c.md']);
    expect(found.excluded.map(({ path }) => path).sort()).toEqual(['content/b.tmp', 'content/drafts/']);
  });

  it('does not take a services folder that is gone for an empty one', async () => {
    const { servicesDir, collect } = await tree({});
    await rm(servicesDir, { recursive: true });
    await expect(collect()).rejects.toMatchObject({ code: 'missingConfig' });
  });

  it('stops when it is cancelled', async () => {
    const { servicesDir } = await tree({ 'services/content/a.md': 'a' });
    const signal = AbortSignal.abort();
    await expect(collectFiles({ servicesDir, directories, ignored: nothing, signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('the cache of digests', () => {
  async function cached(files: Readonly<Record<string, string>>) {
    const { root, servicesDir } = await tree(files);
    const state = openStateDirectory(root);
    const collect = async (nowMs = Date.now() + 60_000) => {
      const cache = await openHashCache(state);
      const found = await collectFiles({ servicesDir, directories, ignored: nothing, cache });
      await cache.save(nowMs);
      return found;
    };
    return { root, servicesDir, collect, stored: join(root, '.systemprompt/sync/cache/files.json') };
  }

  it('answers without reading a file that has not changed', async () => {
    const { collect, stored } = await cached({ 'services/content/a.md': 'a' });
    await collect();
    // A planted digest comes back: nobody looked into the file.
    const planted = sha256('planted');
    await writeFile(stored, (await readFile(stored, 'utf8')).replace(sha256('a'), planted));
    expect((await collect()).files.get('content/a.md')?.digest).toBe(planted);
  });

  it.each([
    ['another content of the same size', async (file: string) => writeFile(file, 'b')],
    [
      'another content with its old time put back',
      async (file: string) => {
        await writeFile(file, 'b');
        await utimes(file, old, old);
      },
    ],
    [
      'another file moved into its place',
      async (file: string) => {
        await writeFile(`${file}.new`, 'b');
        await utimes(`${file}.new`, old, old);
        await rename(`${file}.new`, file);
      },
    ],
  ])('notices %s', async (_what, change) => {
    const { servicesDir, collect } = await cached({ 'services/content/a.md': 'a' });
    const file = join(servicesDir, 'content/a.md');
    await utimes(file, old, old);
    await collect();
    await change(file);
    expect((await collect()).files.get('content/a.md')?.digest).toBe(sha256('b'));
  });

  it('keeps files in the order they are looked at, also where one was changed or is new', async () => {
    const { root, collect, stored } = await cached({
      'services/content/a.md': 'a',
      'services/content/deep/x.md': 'x',
      'services/content/z.md': 'z',
    });
    await collect();
    await writeFiles(root, { 'services/content/a.md': 'changed', 'services/content/deep/new.md': 'new' });
    const found = await collect();
    const paths = found.files.list.map(({ path }) => path);
    expect(paths).toEqual(['content/a.md', 'content/deep/new.md', 'content/deep/x.md', 'content/z.md']);
    expect(JSON.parse(await readFile(stored, 'utf8'))).toMatchObject({ paths });
    expect((await collect()).files.list).toEqual(found.files.list);
  });

  it('does not trust a file that changed a moment ago', async () => {
    const { collect, stored } = await cached({ 'services/content/a.md': 'a' });
    await collect(Date.now());
    expect(JSON.parse(await readFile(stored, 'utf8'))).toMatchObject({ paths: [] });
  });

  it('is of no use, and does no harm, when its numbers are damaged', async () => {
    const { collect, stored } = await cached({ 'services/content/a.md': 'a' });
    await collect();
    const whole = JSON.parse(await readFile(stored, 'utf8')) as { stats: string };
    await writeFile(stored, JSON.stringify({ ...whole, stats: '!'.repeat(whole.stats.length - 1) + '=' }));
    expect((await collect()).files.get('content/a.md')?.digest).toBe(sha256('a'));
  });

  it('is an empty one when it cannot be understood', async () => {
    const { root, collect } = await cached({ 'services/content/a.md': 'a' });
    await writeFiles(root, { '.systemprompt/sync/cache/files.json': '{"format":9' });
    expect((await collect()).files.get('content/a.md')?.digest).toBe(sha256('a'));
  });
});
