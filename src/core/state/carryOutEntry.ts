import { dirname, join } from 'node:path';
import { errnoOf, SyncError } from '../syncError';
import type { FileSystem } from './fileSystem';
import { ioReason } from './ioReason';
import type { StateDirectory } from './stateDirectory';
import { journalRoot, stagedPath, type SwapEntry, type SwapJournal } from './swapJournal';
import {
  anyDevice,
  digestOfFile,
  locateTarget,
  makeParents,
  type SeenFolder,
  type SwapTarget,
} from './swapTarget';

/**
 * Replaces one file by its staged content, or moves it into staging when it is to be deleted. What it holds is checked right
 * before.
 *
 * @param folders gets the folders whose list of names has changed
 * @param seen of a pass over many entries, see `locateTarget`
 * @returns undefined when it is done, else why it was left as it was
 */
export async function carryOutEntry(
  state: StateDirectory,
  journal: SwapJournal,
  entry: SwapEntry,
  folders: Set<string>,
  seen?: SeenFolder,
): Promise<string | undefined> {
  const { fileSystem } = state;
  const root = journalRoot(state, journal);
  const target = join(root, entry.path);
  const staged = stagedPath(state, journal, entry);
  try {
    const found = await locateTarget(fileSystem, root, entry.path, anyDevice, seen);
    const moved = await movedReason(fileSystem, root, entry, found);
    if (moved !== undefined) return moved;
    if (entry.after === null) return await moveAway(fileSystem, target, staged, entry.before);
    if (found.kind === 'missing' && !found.hasFolder)
      for (const folder of await makeParents(fileSystem, root, entry.path)) folders.add(folder);
    if (entry.before === null) return await createOnly(fileSystem, staged, target);
    await fileSystem.rename(staged, target);
    return undefined;
  } catch (error) {
    if (SyncError.is(error)) throw error;
    return `it could not be written: ${ioReason(error)}`;
  } finally {
    folders.add(dirname(target));
  }
}

/** Why the target is not what the change expects; undefined when it is. */
async function movedReason(
  fileSystem: FileSystem,
  root: string,
  { path, before }: SwapEntry,
  found: SwapTarget,
): Promise<string | undefined> {
  if (found.kind === 'refused') return found.reason;
  if (found.kind === 'missing') return before === null ? undefined : 'it has been deleted meanwhile';
  if (before === null) return 'it has been created meanwhile';
  const digest = await digestOfFile(fileSystem, join(root, path));
  return digest === before ? undefined : 'it has changed meanwhile';
}

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

/** A link never replaces anything, so a file that appears at the last moment is safe. */
async function createOnly(
  fileSystem: FileSystem,
  staged: string,
  target: string,
): Promise<string | undefined> {
  try {
    await fileSystem.link(staged, target);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return 'it has been created meanwhile';
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK'].includes(errnoOf(error) ?? '')) throw error;
    await fileSystem.rename(staged, target);
  }
  return undefined;
}
