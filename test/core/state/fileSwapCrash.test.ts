import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quietContext } from '../../../src/core/ports';
import { swapFiles } from '../../../src/core/state/fileSwap';
import { recoverFileSwaps } from '../../../src/core/state/recoverFileSwaps';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { SyncError } from '../../../src/core/syncError';
import { Crash, crashingFileSystem, type CrashPlan } from './crashingFileSystem';
import { heldLock } from './heldLock';
import { killWhileSwapping } from './killWhileSwapping';
import { listState, readTree, temporaryProject, writeFiles } from './temporaryProject';
import { changesToNext, filesOfVersion } from './versionedFiles';

const context = quietContext();
const oldFiles = filesOfVersion(1);
// The file that only version 1 has in its folder is deleted with the next version.
const newFiles = filesOfVersion(2);

function crashed(error: unknown): boolean {
  return error instanceof Crash || (error instanceof SyncError && crashed(error.cause));
}

/** One swap that dies as planned. Returns how many calls it made, and whether it died. */
async function dyingSwap(root: string, plan: CrashPlan): Promise<{ calls: number; died: boolean }> {
  const lock = await heldLock(openStateDirectory(root));
  const fileSystem = crashingFileSystem(plan);
  const state = openStateDirectory(root, fileSystem);
  try {
    await swapFiles({ state, lock, root, changes: changesToNext(1), context });
  } catch (error) {
    if (!crashed(error)) throw error;
  }
  await lock.release();
  return { calls: fileSystem.calls(), died: fileSystem.died() };
}

async function recover(root: string, fileSystem?: ReturnType<typeof crashingFileSystem>) {
  const lock = await heldLock(openStateDirectory(root));
  try {
    return await recoverFileSwaps({ state: openStateDirectory(root, fileSystem), lock, context });
  } finally {
    await lock.release();
  }
}

async function expectWhole(root: string): Promise<'old' | 'new'> {
  const tree = await readTree(root);
  expect([oldFiles, newFiles]).toContainEqual(tree);
  expect(await listState(root, 'journal')).toEqual([]);
  expect(await listState(root, 'staging')).toEqual([]);
  return 'services/odd.md' in tree ? 'old' : 'new';
}

/** A project whose swap died when everything was staged and noted, and no target touched yet. */
async function interruptedProject(): Promise<string> {
  const root = await temporaryProject(oldFiles);
  const at = { call: 'rename', path: join(root, 'services/a.md') } as const;
  expect((await dyingSwap(root, { at, moment: 'before' })).died).toBe(true);
  expect(await readTree(root)).toEqual(oldFiles);
  return root;
}

describe('a swap that is interrupted', () => {
  // `half` is `before` for calls that write no bytes.
  it.each([
    ['half-way through', 'half'],
    ['after', 'after'],
  ] as const)(
    'ends in all old or all new files, with nothing left over, when it dies %s any call',
    async (_, moment) => {
      const outcomes = new Set<string>();
      for (let at = 1; ; at += 1) {
        const root = await temporaryProject(oldFiles);
        const { died } = await dyingSwap(root, { at, moment });
        await recover(root);
        outcomes.add(await expectWhole(root));
        await rm(root, { recursive: true });
        if (!died) break;
        expect(at).toBeLessThan(1000);
      }
      expect(outcomes).toEqual(new Set(['old', 'new']));
    },
  );

  it('is recovered by the next run when the recovery dies after any call', async () => {
    const { calls } = await dyingSwap(await temporaryProject(oldFiles), { at: 10_000, moment: 'after' });
    // After the third file, and while tidying up.
    for (const swapDiesAt of ['services/odd.md', calls - 4]) {
      for (let at = 1; ; at += 1) {
        const root = await temporaryProject(oldFiles);
        const swapDies =
          typeof swapDiesAt === 'number'
            ? swapDiesAt
            : ({ call: 'rename', path: join(root, swapDiesAt) } as const);
        expect((await dyingSwap(root, { at: swapDies, moment: 'after' })).died).toBe(true);
        const dying = crashingFileSystem({ at, moment: 'after' });
        await recover(root, dying).catch((error: unknown) => expect(crashed(error)).toBe(true));
        await recover(root);
        expect(await expectWhole(root)).toBe('new');
        await rm(root, { recursive: true });
        if (!dying.died()) break;
      }
    }
  });

  it('leaves a file that somebody changed in between, names it, and completes the others', async () => {
    const root = await interruptedProject();
    await writeFiles(root, { 'services/a.md': 'edited since' });
    const [report] = await recover(root);
    expect(report?.left).toEqual([{ path: 'services/a.md', reason: 'it has changed meanwhile' }]);
    expect(await readTree(root)).toEqual({ ...newFiles, 'services/a.md': 'edited since' });
    expect(await listState(root, 'staging')).toEqual([]);
  });

  it('brings back a file that was saved at the moment of its deletion', async () => {
    const root = await temporaryProject(oldFiles);
    const odd = join(root, 'services/odd.md');
    const dying = crashingFileSystem({ at: { call: 'rename', path: odd }, moment: 'after' });
    const rename = async (from: string, to: string) => {
      if (from === odd) await writeFiles(root, { 'services/odd.md': 'saved' });
      await dying.rename(from, to);
    };
    const lock = await heldLock(openStateDirectory(root));
    const state = openStateDirectory(root, { ...dying, rename });
    await expect(swapFiles({ state, lock, root, changes: changesToNext(1), context })).rejects.toSatisfy(
      crashed,
    );
    expect(await readTree(root)).not.toHaveProperty('services/odd.md');
    await lock.release();

    const [report] = await recover(root);
    expect(report?.left).toEqual([{ path: 'services/odd.md', reason: 'it has changed meanwhile' }]);
    expect(await readTree(root)).toEqual({ ...newFiles, 'services/odd.md': 'saved' });
  });

  it('is not followed through a symbolic link that was put in its way', async () => {
    const root = await interruptedProject();
    const outside = await temporaryProject({ 'a.md': oldFiles['services/a.md']! });
    await rm(join(root, 'services'), { recursive: true });
    await symlink(outside, join(root, 'services'));
    const [report] = await recover(root);
    expect(report?.left).toHaveLength(changesToNext(1).length);
    expect(await readTree(outside)).toEqual({ 'a.md': oldFiles['services/a.md'] });
  });

  it('says nothing was to be done when there is no journal', async () => {
    expect(await recover(await temporaryProject(oldFiles))).toEqual([]);
  });

  it('refuses a journal that cannot be understood', async () => {
    const root = await temporaryProject({ '.systemprompt/sync/journal/x.json': '{"format":1}' });
    await expect(recover(root)).rejects.toMatchObject({ code: 'stateCorrupted' });
  });

  it('leaves a journal alone that points out of the project, unless the caller named its root', async () => {
    const [root, outside] = [await temporaryProject(), await temporaryProject(oldFiles)];
    const at = { call: 'rename', path: join(outside, 'services/a.md') } as const;
    const state = openStateDirectory(root, crashingFileSystem({ at, moment: 'before' }));
    const lock = await heldLock(openStateDirectory(root));
    const swap = swapFiles({ state, lock, root: outside, changes: changesToNext(1), context });
    await expect(swap).rejects.toSatisfy(crashed);

    const real = openStateDirectory(root);
    const [report] = await recoverFileSwaps({ state: real, lock, context });
    expect(report?.left.map(({ reason }) => reason)).toContain(
      'it lies outside of the folders of the project',
    );
    expect(await listState(root, 'journal')).toHaveLength(1);
    await recoverFileSwaps({ state: real, lock, context, roots: [outside] });
    expect(await readTree(outside)).toEqual(newFiles);
    expect(await listState(root, 'journal')).toEqual([]);
  });

  it('leaves whole files and no lock that needs a person when its process is killed at any time', async () => {
    await killWhileSwapping(8);
  });
});
