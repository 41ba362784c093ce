import { dirname, join, posix } from 'node:path';
import { errnoOf } from '../syncError';
import type { SwapPass } from './carryOutEntry';
import type { StagedChange } from './stageChanges';
import { anyDevice, locateTarget, makeParents } from './swapTarget';

/** All changes below one folder that does not exist yet, staged below one folder of the staging under their own names. */
interface NewFolder {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** Absolute. */
  readonly staged: string;
  readonly changes: StagedChange[];
}

/**
 * Puts whole new folders in place, each by one rename: file by file, thousands of them would cost a link and an unlink each. A
 * rename never replaces a folder that holds anything. What cannot be done in this way is left, to be done file by file; so
 * are folders whose staging holds anything but what is to be written.
 *
 * @param mayGoOn asked before each folder; what it throws ends the pass
 * @param onMoved told of each change that was made
 */
export async function moveNewFolders(
  pass: SwapPass,
  staged: readonly StagedChange[],
  mayGoOn: () => Promise<boolean>,
  onMoved: (change: StagedChange) => void,
): Promise<void> {
  // Making what is there costs more than all the rest: most new folders are neighbours.
  const parents = new Set<string>();
  for (const folder of newFolders(pass, staged)) {
    if (!(await mayGoOn())) return;
    if (await moveFolder(pass, folder, parents)) folder.changes.forEach(onMoved);
  }
}

/** A folder comes before those below it: moved later, it would find its place taken. */
function newFolders(pass: SwapPass, staged: readonly StagedChange[]): readonly NewFolder[] {
  const folders = new Map<string, NewFolder>();
  for (const change of staged) {
    const { path, before, staged: name } = change.entry;
    if (typeof name === 'number' || before !== null) continue;
    const folder = posix.dirname(path);
    const known = folders.get(folder);
    if (known) known.changes.push(change);
    else
      folders.set(folder, {
        path: folder,
        staged: dirname(pass.stagedPath(change.entry)),
        changes: [change],
      });
  }
  return [...folders.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** @param parents relative paths of folders that were seen or made in this pass */
async function moveFolder(
  pass: SwapPass,
  { path, staged, changes }: NewFolder,
  parents: Set<string>,
): Promise<boolean> {
  const { fileSystem, root, folders, seen } = pass;
  const target = join(root, path);
  try {
    if (!(await holdsJust(pass, staged, changes))) return false;
    if ((await locateTarget(fileSystem, root, path, anyDevice)).kind !== 'missing') return false;
    const parent = posix.dirname(path);
    if (!parents.has(parent))
      for (const changed of await makeParents(fileSystem, root, path)) folders.add(changed);
    parents.add(parent);
    folders.add(dirname(target));
    await fileSystem.rename(staged, target);
    seen.left = 0;
    return true;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    // File by file it works, or the reason is told of each file.
    return false;
  }
}

/** What was staged and then refused must not come along. */
async function holdsJust(
  { fileSystem, stagedPath }: SwapPass,
  staged: string,
  changes: readonly StagedChange[],
): Promise<boolean> {
  const nameOf = ({ entry }: StagedChange) => posix.basename(entry.path);
  // Below a staging folder names are the journal's, with `/` on every system.
  if (!changes.every((change) => stagedPath(change.entry) === `${staged}/${nameOf(change)}`)) return false;
  const names = new Set(changes.map(nameOf));
  const there = await fileSystem.list(staged);
  return there.length === changes.length && there.every((name) => names.has(name));
}
