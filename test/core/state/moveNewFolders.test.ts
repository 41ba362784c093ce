import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/digest';
import { quietContext } from '../../../src/core/ports';
import { swapFiles, type FileChange } from '../../../src/core/state/fileSwap';
import { nodeFileSystem, type FileSystem } from '../../../src/core/state/fileSystem';
import { recoverFileSwaps } from '../../../src/core/state/recoverFileSwaps';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { openSwapStaging } from '../../../src/core/state/swapStaging';
import { SyncError } from '../../../src/core/syncError';
import { Crash, crashingFileSystem } from './crashingFileSystem';
import { heldLock } from './heldLock';
import { listState, readTree, temporaryProject, writeFiles } from './temporaryProject';

const context = quietContext();

/** Path of each new file, by its name in the staging. */
type Staged = Readonly<Record<string, string>>;

const nested: Staged = {
  'f0/a.md': 'content/new/below/a.md',
  'f0/b.md': 'content/new/below/b.md',
  'f1/c.md': 'content/new/c.md',
  '7': 'content/d.md',
};
const nestedTree = Object.fromEntries(Object.values(nested).map((path) => [path, path]));

/** Stages every file with its path as content, and swaps all but those that are `left`. */
async function swapStaged(
  root: string,
  staged: Staged,
  {
    fileSystem,
    left = [],
    meanwhile,
  }: { fileSystem?: FileSystem; left?: string[]; meanwhile?: () => Promise<void> } = {},
) {
  const lock = await heldLock(openStateDirectory(root));
  const state = openStateDirectory(root, fileSystem);
  try {
    const staging = await openSwapStaging(state, root);
    await mkdir(staging.folder);
    const changes: FileChange[] = [];
    for (const [name, path] of Object.entries(staged)) {
      await mkdir(dirname(join(staging.folder, name)), { recursive: true });
      await writeFile(join(staging.folder, name), path);
      const content = { staged: name.includes('/') ? name : Number(name), digest: sha256(path) };
      if (!left.includes(path)) changes.push({ path, content, expect: null });
    }
    return await swapFiles({
      state,
      lock,
      root,
      changes,
      context,
      staging,
      beforeSwap: async () => meanwhile?.(),
    });
  } finally {
    await lock.release();
  }
}

const paths = (changes: readonly FileChange[]) => changes.map(({ path }) => path).sort();

/** The real file system, which notes what it was asked to link and to rename. */
function noting(): FileSystem & { readonly calls: string[] } {
  const calls: string[] = [];
  const note = (name: 'link' | 'rename') => async (from: string, to: string) => {
    calls.push(`${name} ${to}`);
    await nodeFileSystem[name](from, to);
  };
  return { ...nodeFileSystem, calls, link: note('link'), rename: note('rename') };
}

describe('new folders', () => {
  it('are put in place by one rename each, those above before those below', async () => {
    const root = await temporaryProject({ 'content/old.md': 'old' });
    const fileSystem = noting();
    const { applied, refused } = await swapStaged(root, nested, { fileSystem });
    expect([paths(applied), refused]).toEqual([Object.values(nested).sort(), []]);
    expect(await readTree(root)).toEqual({ 'content/old.md': 'old', ...nestedTree });
    const inContent = fileSystem.calls.filter((call) => call.includes(join(root, 'content')));
    expect(inContent).toEqual([
      `rename ${join(root, 'content/new')}`,
      `rename ${join(root, 'content/new/below')}`,
      `link ${join(root, 'content/d.md')}`,
    ]);
    expect(await listState(root, 'staging')).toEqual([]);
    expect(await listState(root, 'journal')).toEqual([]);
  });

  it('are filled file by file when they appear meanwhile, and nothing in them is replaced', async () => {
    const root = await temporaryProject();
    const meanwhile = () => writeFiles(root, { 'content/new/c.md': 'theirs', 'content/new/own.md': 'own' });
    const { refused } = await swapStaged(root, nested, { meanwhile });
    expect(refused).toMatchObject([
      { change: { path: 'content/new/c.md' }, reason: expect.stringContaining('created') as string },
    ]);
    expect(await readTree(root)).toEqual({
      ...nestedTree,
      'content/new/c.md': 'theirs',
      'content/new/own.md': 'own',
    });
  });

  it('do not replace a folder that appears between the look and the rename', async () => {
    const root = await temporaryProject();
    const target = join(root, 'content/new');
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      async rename(from, to) {
        if (to === target) await writeFiles(target, { 'c.md': 'theirs' });
        await nodeFileSystem.rename(from, to);
      },
    };
    const { refused } = await swapStaged(root, nested, { fileSystem });
    expect(refused).toMatchObject([{ change: { path: 'content/new/c.md' } }]);
    expect(await readTree(root)).toEqual({ ...nestedTree, 'content/new/c.md': 'theirs' });
  });

  it('bring nothing along that was staged and then refused', async () => {
    const root = await temporaryProject();
    await swapStaged(root, nested, { left: ['content/new/below/b.md'] });
    const expected: Record<string, string> = { ...nestedTree };
    delete expected['content/new/below/b.md'];
    expect(await readTree(root)).toEqual(expected);
  });

  it('are not put behind a symbolic link', async () => {
    const root = await temporaryProject();
    const outside = await temporaryProject({ 'keep.md': 'keep' });
    const meanwhile = async () => {
      await mkdir(join(root, 'content'));
      await symlink(outside, join(root, 'content/new'));
    };
    const { applied } = await swapStaged(root, nested, { meanwhile });
    expect(paths(applied)).toEqual(['content/d.md']);
    expect(await readTree(outside)).toEqual({ 'keep.md': 'keep' });
  });

  it('are tried file by file when they cannot be renamed', async () => {
    const root = await temporaryProject();
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      rename: (from, to) =>
        /f\d$/.test(from)
          ? Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' }))
          : nodeFileSystem.rename(from, to),
    };
    expect((await swapStaged(root, nested, { fileSystem })).refused).toEqual([]);
    expect(await readTree(root)).toEqual(nestedTree);
  });

  it.each(['half', 'after'] as const)(
    'are there or not, and completed by the next run, when the process dies at any call (%s)',
    async (moment) => {
      const outcomes = new Set<number>();
      for (let at = 1; ; at += 1) {
        const root = await temporaryProject();
        const dying = crashingFileSystem({ at, moment });
        await swapStaged(root, nested, { fileSystem: dying }).catch((error: unknown) => {
          if (!crashed(error)) throw error;
        });
        for (const [path, text] of Object.entries(await readTree(root))) expect(text).toBe(path);
        const lock = await heldLock(openStateDirectory(root));
        await recoverFileSwaps({ state: openStateDirectory(root), lock, context });
        await lock.release();
        const tree = await readTree(root);
        outcomes.add(Object.keys(tree).length);
        expect([{}, nestedTree]).toContainEqual(tree);
        expect(await listState(root, 'journal')).toEqual([]);
        expect(await listState(root, 'staging')).toEqual([]);
        await rm(root, { recursive: true });
        if (!dying.died()) break;
        expect(at).toBeLessThan(1_000);
      }
      expect(outcomes).toEqual(new Set([0, 4]));
    },
  );
});

function crashed(error: unknown): boolean {
  return error instanceof Crash || (error instanceof SyncError && crashed(error.cause));
}
