import { dirname, join } from 'node:path';
import { errnoOf, SyncError } from '../syncError';
import type { FileSystem } from './fileSystem';
import { ioReason } from './ioReason';
import type { StateDirectory } from './stateDirectory';
import { journalRoot, stagedPaths, type SwapEntry, type SwapJournal } from './swapJournal';
import {
  anyDevice,
  digestOfFile,
  locateFolder,
  locateTarget,
  makeParents,
  noFolderSeen,
  type SeenFolder,
} from './swapTarget';

/** A pass over entries of a journal. */
export interface SwapPass {
  readonly fileSystem: FileSystem;
  readonly root: string;
  readonly stagedPath: (entry: SwapEntry) => string;
  /** Gets the folders whose list of names has changed. */
  readonly folders: Set<string>;
  readonly seen: SeenFolder;
}

export function beginPass(state: StateDirectory, journal: SwapJournal): SwapPass {
  return {
    fileSystem: state.fileSystem,
    root: journalRoot(state, journal),
    stagedPath: stagedPaths(state, journal),
    folders: new Set(),
    seen: noFolderSeen(),
  };
}

/**
 * Replaces one file by its staged content, or moves it into staging when it is to be deleted. What it holds is checked right
 * before.
 *
 * @returns undefined when it is done, else why it was left as it was
 */
export async function carryOutEntry(pass: SwapPass, entry: SwapEntry): Promise<string | undefined> {
  const target = join(pass.root, entry.path);
  try {
    if (entry.before === null && entry.after !== null) return await create(pass, entry, target);
    return await replace(pass, entry, target);
  } catch (error) {
    if (SyncError.is(error)) throw error;
    return `it could not be written: ${ioReason(error)}`;
  } finally {
    pass.folders.add(dirname(target));
  }
}

async function replace(pass: SwapPass, entry: SwapEntry, target: string): Promise<string | undefined> {
  const { fileSystem, root, seen } = pass;
  const found = await locateTarget(fileSystem, root, entry.path, anyDevice, seen);
  if (found.kind === 'refused') return found.reason;
  if (found.kind === 'missing') return 'it has been deleted meanwhile';
  if ((await digestOfFile(fileSystem, target)) !== entry.before) return 'it has changed meanwhile';
  const staged = pass.stagedPath(entry);
  if (entry.after === null) return moveAway(fileSystem, target, staged, entry.before);
  await fileSystem.rename(staged, target);
  return undefined;
}

/** A link never replaces anything: whether something is there, and becoming something, are one step. */
async function create(pass: SwapPass, entry: SwapEntry, target: string): Promise<string | undefined> {
  const { fileSystem, root, seen, folders } = pass;
  const staged = pass.stagedPath(entry);
  const folder = await locateFolder(fileSystem, root, entry.path, anyDevice, seen);
  if (folder.kind === 'refused') return folder.reason;
  if (!folder.exists) {
    for (const changed of await makeParents(fileSystem, root, entry.path)) folders.add(changed);
    seen.left = 0;
  }
  try {
    await fileSystem.link(staged, target);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return createdMeanwhile;
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK'].includes(errnoOf(error) ?? '')) throw error;
    if (await fileSystem.lstat(target)) return createdMeanwhile;
    await fileSystem.rename(staged, target);
  }
  return undefined;
}

const createdMeanwhile = 'it has been created meanwhile';

/** Looks again after the move, since an editor may have saved in between: then it comes back. */
async function moveAway(
  fileSystem: FileSystem,
  target: string,
  staged: string,
  before: string | null,
): Promise<string | undefined> {
  await fileSystem.rename(target, staged);
  let unchanged = false;
  try {
    unchanged = (await digestOfFile(fileSystem, staged)) === before;
  } finally {
    if (!unchanged) await putBack(fileSystem, staged, target);
  }
  return unchanged ? undefined : 'it has changed meanwhile';
}

/** Moves a file out of staging, unless there is another one at its place by now. */
export async function putBack(fileSystem: FileSystem, staged: string, target: string): Promise<void> {
  if (!(await fileSystem.lstat(target))) await fileSystem.rename(staged, target);
}
