import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sha256 } from '../../../src/core/digest';
import { quietContext } from '../../../src/core/ports';
import { swapFiles, type FileChange, type FileSwapOptions } from '../../../src/core/state/fileSwap';
import { nodeFileSystem, type FileSystem } from '../../../src/core/state/fileSystem';
import type { ProjectLock } from '../../../src/core/state/projectLock';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { SyncError } from '../../../src/core/syncError';
import { heldLock } from './heldLock';
import { listState, readTree, temporaryProject, writeFiles } from './temporaryProject';

const context = quietContext();

async function swap(
  root: string,
  changes: readonly FileChange[],
  { fileSystem, ...options }: Partial<FileSwapOptions> & { fileSystem?: FileSystem } = {},
) {
  const lock = await heldLock(openStateDirectory(root));
  const state = openStateDirectory(root, fileSystem);
  try {
    return await swapFiles({ state, lock, root, changes, context, ...options });
  } finally {
    await lock.release();
  }
}

function put(path: string, content: string, old?: string): FileChange {
  return { path, content: Buffer.from(content), expect: old === undefined ? null : sha256(old) };
}

function drop(path: string, old: string): FileChange {
  return { path, content: null, expect: sha256(old) };
}

function failing(code: string): Error {
  return Object.assign(new Error(code), { code });
}

async function expectTidy(root: string): Promise<void> {
  expect(await listState(root, 'journal')).toEqual([]);
  expect(await listState(root, 'staging')).toEqual([]);
}

const paths = (changes: readonly FileChange[]) => changes.map(({ path }) => path);

describe('swapFiles', () => {
  it('creates, replaces and deletes files, and leaves nothing but them', async () => {
    const root = await temporaryProject({ 'a.md': 'old a', 'deep/b.md': 'old b', 'keep.md': 'keep' });
    const changes = [put('a.md', 'new a', 'old a'), drop('deep/b.md', 'old b'), put('new/deeper/c.md', 'c')];
    expect(await swap(root, changes)).toEqual({ applied: changes, refused: [], cancelled: false });
    expect(await readTree(root)).toEqual({ 'a.md': 'new a', 'keep.md': 'keep', 'new/deeper/c.md': 'c' });
    expect((await lstat(join(root, 'deep'))).isDirectory()).toBe(true);
    await expectTidy(root);
  });

  it('keeps the mode of a file it replaces, gives new ones 0644, and takes a mode that is asked for', async () => {
    const root = await temporaryProject({ 'run.sh': 'old', 'secret.txt': 'old' });
    await chmod(join(root, 'run.sh'), 0o755);
    await chmod(join(root, 'secret.txt'), 0o600);
    const changes = [
      put('run.sh', 'new', 'old'),
      put('secret.txt', 'new', 'old'),
      put('new.md', 'new'),
      { ...put('tool.sh', 'new'), mode: 0o777 },
    ];
    await swap(root, changes);
    const modes = await Promise.all(
      paths(changes).map(async (path) => (await stat(join(root, path))).mode & 0o777),
    );
    expect(modes).toEqual([0o755, 0o600, 0o644 & ~process.umask(), 0o777]);
  });

  it('refuses what is not as expected, and applies the rest', async () => {
    const root = await temporaryProject({
      'a.md': 'edited',
      'there.md': 'x',
      'folder/x.md': 'x',
      'good.md': 'old',
    });
    const changes = [
      put('a.md', 'new', 'old'),
      put('there.md', 'new'),
      put('gone.md', 'new', 'old'),
      drop('gone-too.md', 'old'),
      drop('there.md/below.md', 'old'),
      put('folder', 'new'),
      put('a.md/below.md', 'new'),
      { path: 'nothing.md', content: null, expect: null },
      put('good.md', 'new', 'old'),
    ];
    const result = await swap(root, changes);
    expect(paths(result.applied)).toEqual(['good.md']);
    expect(result.refused).toHaveLength(8);
    expect(await readTree(root)).toEqual({
      'a.md': 'edited',
      'there.md': 'x',
      'folder/x.md': 'x',
      'good.md': 'new',
    });
    await expectTidy(root);
  });

  it.each(['../x', '/x', 'a/../../x', 'CON', 'a\0', 'C:x', 'a\\b', 'dot.', ''])(
    'refuses the path %j',
    async (path) => {
      const root = await temporaryProject();
      const { applied, refused } = await swap(root, [put(path, 'x')]);
      expect([applied, paths(refused.map(({ change }) => change))]).toEqual([[], [path]]);
    },
  );

  it.each([
    ['A.md', 'a.md'],
    ['e\u0301.md', '\u00e9.md'],
    ['straße.md', 'STRASSE.md'],
    ['same.md', 'same.md'],
  ])('refuses both of %s and %s, which are one file on some platform', async (first, second) => {
    const root = await temporaryProject();
    const { applied, refused } = await swap(root, [put(first, '1'), put('other.md', '3'), put(second, '2')]);
    expect(paths(applied)).toEqual(['other.md']);
    expect(refused).toHaveLength(2);
  });

  it('writes neither over nor through symbolic links', async () => {
    const [root, outside] = [
      await temporaryProject({ 'in/x.md': 'x' }),
      await temporaryProject({ 'x.md': 'x' }),
    ];
    await symlink(outside, join(root, 'linked'));
    await symlink(join(outside, 'x.md'), join(root, 'x.md'));
    await symlink('in', join(root, 'inner'));
    const changes = [
      put('linked/x.md', 'new', 'x'),
      put('linked/new.md', 'new'),
      put('x.md', 'new', 'x'),
      drop('x.md', 'x'),
      put('inner/x.md', 'new', 'x'),
    ];
    for (const change of changes) expect((await swap(root, [change])).refused).toHaveLength(1);
    expect(await readTree(outside)).toEqual({ 'x.md': 'x' });
    expect(await readFile(join(root, 'in/x.md'), 'utf8')).toBe('x');
  });

  it('refuses a link that is put in place of a folder while it is staging', async () => {
    const [root, outside] = [
      await temporaryProject({ 'dir/x.md': 'x' }),
      await temporaryProject({ 'x.md': 'x' }),
    ];
    const beforeSwap = async () => {
      await rm(join(root, 'dir'), { recursive: true });
      await symlink(outside, join(root, 'dir'));
    };
    const { applied } = await swap(root, [put('dir/x.md', 'new', 'x'), put('dir/new.md', 'new')], {
      beforeSwap,
    });
    expect(applied).toEqual([]);
    expect(await readTree(outside)).toEqual({ 'x.md': 'x' });
  });

  it('refuses a file that changes, appears or disappears while it is staging', async () => {
    const root = await temporaryProject({
      'changes.md': 'old',
      'goes.md': 'old',
      'deleted.md': 'old',
      'stays.md': 'old',
    });
    const beforeSwap = async () => {
      await writeFiles(root, { 'changes.md': 'edited', 'appears.md': 'theirs', 'deleted.md': 'edited' });
      await rm(join(root, 'goes.md'));
    };
    const changes = [
      put('changes.md', 'new', 'old'),
      put('goes.md', 'new', 'old'),
      put('appears.md', 'new'),
      drop('deleted.md', 'old'),
      put('stays.md', 'new', 'old'),
    ];
    const result = await swap(root, changes, { beforeSwap });
    expect(paths(result.applied)).toEqual(['stays.md']);
    expect(await readTree(root)).toEqual({
      'changes.md': 'edited',
      'appears.md': 'theirs',
      'deleted.md': 'edited',
      'stays.md': 'new',
    });
    await expectTidy(root);
  });

  it('brings back a file that was saved between the check and its deletion', async () => {
    const root = await temporaryProject({ 'a.md': 'old' });
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      rename: async (from, to) => {
        if (from === join(root, 'a.md')) await writeFile(from, 'saved at the last moment');
        await nodeFileSystem.rename(from, to);
      },
    };
    const { refused } = await swap(root, [drop('a.md', 'old')], { fileSystem });
    expect(refused).toHaveLength(1);
    expect(await readTree(root)).toEqual({ 'a.md': 'saved at the last moment' });
  });

  it('does not replace a file that appears between the check and its creation', async () => {
    const root = await temporaryProject();
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      link: async (from, to) => {
        await writeFile(to, 'theirs');
        await nodeFileSystem.link(from, to);
      },
    };
    const { refused } = await swap(root, [put('a.md', 'ours')], { fileSystem });
    expect(refused[0]?.reason).toContain('created meanwhile');
    expect(await readTree(root)).toEqual({ 'a.md': 'theirs' });
  });

  it('creates files where the file system has no hard links', async () => {
    const root = await temporaryProject();
    const fileSystem: FileSystem = { ...nodeFileSystem, link: () => Promise.reject(failing('EPERM')) };
    await swap(root, [put('a.md', 'ours')], { fileSystem });
    expect(await readTree(root)).toEqual({ 'a.md': 'ours' });
  });

  it.each(['ENOSPC', 'EDQUOT', 'EIO'])(
    'changes nothing when staging fails with %s, and names the file',
    async (code) => {
      const root = await temporaryProject({ 'a.md': 'old', 'b.md': 'old' });
      const fileSystem: FileSystem = {
        ...nodeFileSystem,
        createUnflushed: (path, data, mode, exact) =>
          Buffer.from(data).toString() === 'new b'
            ? Promise.reject(failing(code))
            : nodeFileSystem.createUnflushed(path, data, mode, exact),
      };
      await expect(
        swap(root, [put('a.md', 'new a', 'old'), put('b.md', 'new b', 'old')], { fileSystem }),
      ).rejects.toMatchObject({
        code: 'io',
        message: expect.stringContaining('b.md') as string,
      });
      expect(await readTree(root)).toEqual({ 'a.md': 'old', 'b.md': 'old' });
      await expectTidy(root);
    },
  );

  it('changes nothing when what was staged cannot be flushed', async () => {
    const root = await temporaryProject({ 'a.md': 'old' });
    const fileSystem: FileSystem = { ...nodeFileSystem, syncFiles: () => Promise.reject(failing('EIO')) };
    await expect(swap(root, [put('a.md', 'new', 'old')], { fileSystem })).rejects.toMatchObject({
      code: 'io',
    });
    expect(await readTree(root)).toEqual({ 'a.md': 'old' });
    await expectTidy(root);
  });

  it('does not take many files for flushed whose folder is gone', async () => {
    const folder = join(await temporaryProject(), 'gone');
    const paths = Array.from({ length: 40 }, (_, index) => join(folder, String(index)));
    await expect(nodeFileSystem.syncFiles(folder, paths)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('changes nothing when the disk does not keep what was staged', async () => {
    const root = await temporaryProject({ 'a.md': 'old' });
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      createUnflushed: (path, data, mode, exact) =>
        nodeFileSystem.createUnflushed(path, path.includes('staging') ? data.subarray(1) : data, mode, exact),
    };
    await expect(swap(root, [put('a.md', 'new', 'old')], { fileSystem })).rejects.toMatchObject({
      code: 'io',
    });
    expect(await readTree(root)).toEqual({ 'a.md': 'old' });
    await expectTidy(root);
  });

  it.each(['ENOSPC', 'EACCES', 'EXDEV'])(
    'refuses only the file that cannot be put in place with %s',
    async (code) => {
      const root = await temporaryProject({ 'a.md': 'old', 'b.md': 'old' });
      const fileSystem: FileSystem = {
        ...nodeFileSystem,
        rename: (from, to) =>
          to === join(root, 'a.md') ? Promise.reject(failing(code)) : nodeFileSystem.rename(from, to),
      };
      const result = await swap(root, [put('a.md', 'new', 'old'), put('b.md', 'new', 'old')], { fileSystem });
      expect(paths(result.applied)).toEqual(['b.md']);
      expect(result.refused[0]?.reason).not.toContain(code);
      expect(await readTree(root)).toEqual({ 'a.md': 'old', 'b.md': 'new' });
      await expectTidy(root);
    },
  );

  it('tells what it did when it cannot tidy up', async () => {
    const root = await temporaryProject({ 'a.md': 'old' });
    const fileSystem: FileSystem = { ...nodeFileSystem, removeTree: () => Promise.reject(failing('EIO')) };
    expect(paths((await swap(root, [put('a.md', 'new', 'old')], { fileSystem })).applied)).toEqual(['a.md']);
    expect(await listState(root, 'journal')).toHaveLength(1);
  });

  it('changes nothing when beforeSwap fails, and passes its error on', async () => {
    const root = await temporaryProject({ 'a.md': 'old' });
    const failure = new SyncError('io', 'no backup');
    const beforeSwap = () => Promise.reject(failure);
    await expect(swap(root, [put('a.md', 'new', 'old')], { beforeSwap })).rejects.toBe(failure);
    expect(await readTree(root)).toEqual({ 'a.md': 'old' });
    await expectTidy(root);
  });

  it('calls beforeSwap once, with what can be done, before anything is touched', async () => {
    const root = await temporaryProject({ 'a.md': 'old' });
    const seen: unknown[] = [];
    const beforeSwap = async (changes: readonly FileChange[]) => {
      seen.push(paths(changes), await readTree(root));
    };
    await swap(root, [put('a.md', 'new', 'old'), put('../x', 'new')], { beforeSwap });
    expect(seen).toEqual([['a.md'], { 'a.md': 'old' }]);
  });

  it.each([0, 1, 2])(
    'keeps the %d files it has written when the user cancels, and drops the rest',
    async (written) => {
      const root = await temporaryProject();
      const abort = new AbortController();
      let links = 0;
      const fileSystem: FileSystem = {
        ...nodeFileSystem,
        link: async (from, to) => {
          await nodeFileSystem.link(from, to);
          links += 1;
          if (links === written) abort.abort();
        },
      };
      if (written === 0) abort.abort();
      const changes = ['a', 'b', 'c'].map((path) => put(path, 'new'));
      const result = await swap(root, changes, {
        fileSystem,
        context: quietContext({ signal: abort.signal }),
      });
      expect(result).toEqual({ applied: changes.slice(0, written), refused: [], cancelled: true });
      expect(Object.keys(await readTree(root)).sort()).toEqual(paths(changes.slice(0, written)));
      await expectTidy(root);
    },
  );

  it('stops, and leaves the rest to the new holder, when the lock is lost', async () => {
    const root = await temporaryProject();
    const real = await heldLock(openStateDirectory(root));
    let checks = 0;
    const lock: ProjectLock = {
      ...real,
      assertHeld: async () => {
        checks += 1;
        if (checks > 1) throw new SyncError('locked', 'lost');
      },
    };
    const state = openStateDirectory(root);
    const run = swapFiles({ state, lock, root, changes: [put('a', '1'), put('b', '2')], context });
    await expect(run).rejects.toMatchObject({ code: 'locked' });
    expect(await readTree(root)).toEqual({ a: '1' });
    expect(await listState(root, 'journal')).toHaveLength(1);
  });

  it('says so when its root does not exist', async () => {
    const root = await temporaryProject();
    await expect(swap(root, [put('a', '1')], { root: join(root, 'none') })).rejects.toMatchObject({
      code: 'io',
    });
  });

  it('stages on the volume of a folder that is mounted below its root', async () => {
    const root = await temporaryProject({ 'mounted/deep/a.md': 'old', 'b.md': 'old' });
    const mounted = join(root, 'mounted');
    const renames: string[] = [];
    // The real file system, but for the numbers that tell volumes apart.
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      lstat: async (path) => {
        const stats = await nodeFileSystem.lstat(path);
        if (stats && `${path}/`.startsWith(`${mounted}/`)) stats.dev += 1;
        return stats;
      },
      rename: async (from, to) => {
        renames.push(from);
        await nodeFileSystem.rename(from, to);
      },
    };
    await swap(root, [put('mounted/deep/a.md', 'new', 'old'), put('b.md', 'new', 'old')], { fileSystem });
    expect(
      renames.filter((from) => from.startsWith(join(mounted, '.systemprompt-sync-staging'))),
    ).toHaveLength(1);
    expect(await readTree(root)).toEqual({ 'mounted/deep/a.md': 'new', 'b.md': 'new' });
    await expect(lstat(join(mounted, '.systemprompt-sync-staging'))).rejects.toThrow('ENOENT');
    await expectTidy(root);
  });

  it('does not stage through a link in place of its staging folder', async () => {
    const [root, outside] = [await temporaryProject({ 'm/a.md': 'old' }), await temporaryProject()];
    await symlink(outside, join(root, 'm/.systemprompt-sync-staging'));
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      lstat: async (path) => {
        const stats = await nodeFileSystem.lstat(path);
        if (stats && path.startsWith(join(root, 'm'))) stats.dev += 1;
        return stats;
      },
    };
    await expect(swap(root, [put('m/a.md', 'new', 'old')], { fileSystem })).rejects.toMatchObject({
      code: 'io',
    });
    expect(await readTree(outside)).toEqual({});
  });

  const otherVolume = ['/dev/shm', '/run'].find(
    (path) => existsSync(path) && statSync(path).dev !== statSync(tmpdir()).dev,
  );
  it.skipIf(otherVolume === undefined)(
    'writes to a real other volume (skipped where there is none to write to)',
    async () => {
      const root = await temporaryProject();
      const far = await mkdtemp(join(otherVolume!, 'sync-swap-'));
      onTestFinished(() => rm(far, { recursive: true, force: true }));
      await mkdir(join(far, 'dir'));
      await writeFile(join(far, 'dir/a.md'), 'old');
      await writeFile(join(far, 'b.md'), 'old');
      const changes = [put('dir/a.md', 'new', 'old'), drop('b.md', 'old'), put('c.md', 'new')];
      expect((await swap(root, changes, { root: far })).applied).toHaveLength(3);
      expect(await readTree(far)).toEqual({ 'dir/a.md': 'new', 'c.md': 'new' });
      await expectTidy(root);
    },
  );
});
