import { chmod, mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sha256 } from '../../../src/core/digest';
import { sweepTransfers } from '../../../src/core/files/transferFolder';
import { quietContext } from '../../../src/core/ports';
import { swapFiles } from '../../../src/core/state/fileSwap';
import { nodeFileSystem, type FileSystem } from '../../../src/core/state/fileSystem';
import { recoverFileSwaps } from '../../../src/core/state/recoverFileSwaps';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { newJournal, writeJournal } from '../../../src/core/state/swapJournal';
import { discardSwapStaging, openSwapStaging } from '../../../src/core/state/swapStaging';
import { heldLock } from './heldLock';
import { listState, readTree, temporaryProject, writeFiles } from './temporaryProject';

const context = quietContext();

async function openProject(files: Readonly<Record<string, string>> = {}, fileSystem?: FileSystem) {
  const root = await temporaryProject(files);
  const state = openStateDirectory(root, fileSystem);
  const lock = await heldLock(state);
  onTestFinished(() => lock.release());
  return { root, state, lock };
}

describe('what an interrupted run has staged', () => {
  it('is removed by the next one, although nothing was noted of it', async () => {
    const { root, state, lock } = await openProject();
    const { folder } = await openSwapStaging(state, root);
    await writeFiles(folder, { '0': 'zero', 'f0/a.md': 'a' });
    expect(await recoverFileSwaps({ state, lock, context })).toEqual([]);
    expect(await listState(root, 'staging')).toEqual([]);
  });

  it('stays while a journal is left that belongs to it', async () => {
    const { root, state, lock } = await openProject();
    const journal = newJournal(state, await temporaryProject(), [null]);
    await writeJournal(state, journal);
    await writeFiles(await state.ensure('staging', journal.id), { '0': 'zero' });
    await recoverFileSwaps({ state, lock, context });
    expect(await listState(root, 'staging')).toEqual([journal.id, `${journal.id}/0`]);
  });

  it.each(['staging', 'tmp', 'transfer/look'])(
    'is all that is removed where a link to files of the project stands in place of %s',
    async (part) => {
      const { root, state, lock } = await openProject({ 'services/a.md': 'a', 'services/b/c.md': 'c' });
      const inItsPlace = join(root, '.systemprompt/sync', part);
      await rm(inItsPlace, { recursive: true, force: true });
      await mkdir(dirname(inItsPlace), { recursive: true });
      await symlink(join(root, 'services'), inItsPlace);
      const longAgo = new Date(2020, 1);
      await Promise.all(['a.md', 'b'].map((name) => utimes(join(root, 'services', name), longAgo, longAgo)));
      await recoverFileSwaps({ state, lock, context });
      await sweepTransfers(state);
      expect(await readTree(join(root, 'services'))).toEqual({ 'a.md': 'a', 'b/c.md': 'c' });
    },
  );

  it('is removed by the run itself where it comes to no swap', async () => {
    const { root, state } = await openProject();
    const staging = await openSwapStaging(state, root);
    await writeFiles(staging.folder, { '0': 'zero' });
    await discardSwapStaging(state, staging);
    expect(await listState(root, 'staging')).toEqual([]);
  });
});

describe('staged contents', () => {
  /** Swaps one staged file, and says what was flushed of the staging. */
  async function flushedBySwap(flushed: boolean, mode?: number): Promise<string[]> {
    const calls: string[] = [];
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      syncFiles: async (folder, paths) => {
        calls.push(...paths.map((path) => path.slice(folder.length + 1)));
        await nodeFileSystem.syncFiles(folder, paths);
      },
    };
    const { root, state, lock } = await openProject({}, fileSystem);
    const staging = await openSwapStaging(state, root);
    await mkdir(staging.folder);
    await writeFile(join(staging.folder, '0'), 'new');
    await chmod(join(staging.folder, '0'), 0o644);
    const content = { staged: 0, digest: sha256('new') };
    const change = { path: 'a.md', content, expect: null, ...(mode !== undefined && { mode }) };
    await swapFiles({
      state,
      lock,
      root,
      changes: [change],
      context,
      staging: { ...staging, flushed: Promise.resolve(flushed) },
    });
    expect(await readTree(root)).toEqual({ 'a.md': 'new' });
    return calls;
  }

  it('are flushed before they are put in place', async () => {
    expect(await flushedBySwap(false)).toEqual(['0']);
  });

  it('are not flushed again when they are on the disk', async () => {
    expect(await flushedBySwap(true)).toEqual([]);
  });

  it('are flushed again when something about them changes', async () => {
    expect(await flushedBySwap(true, 0o755)).toEqual(['0']);
  });
});
