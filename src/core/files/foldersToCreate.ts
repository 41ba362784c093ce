import { join, posix } from 'node:path';
import type { FileSystem } from '../state/fileSystem';
import { errnoOf } from '../syncError';

/**
 * Finds the folders of a pull that do not exist here yet: they are staged as what they will be, and put in place in one step each
 * (moveNewFolders.ts). One that is created meanwhile does no harm.
 *
 * @param paths of files, relative to the services directory
 * @returns the name of the folder of the staging for a path; undefined when its folder exists
 */
export async function foldersToCreate(
  fileSystem: FileSystem,
  servicesDir: string,
  paths: Iterable<string>,
): Promise<(path: string) => string | undefined> {
  const names = new Map<string, string>();
  let created = 0;
  for (const folder of new Set(Array.from(paths, (path) => posix.dirname(path)))) {
    if (await isMissing(fileSystem, join(servicesDir, folder))) names.set(folder, `f${created++}`);
  }
  return (path) => names.get(posix.dirname(path));
}

/** What cannot be looked at is told when it comes to its files. */
async function isMissing(fileSystem: FileSystem, folder: string): Promise<boolean> {
  try {
    return (await fileSystem.lstat(folder)) === undefined;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}
