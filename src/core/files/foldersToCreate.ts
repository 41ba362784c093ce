import { join, posix } from 'node:path';
import type { FileSystem } from '../state/fileSystem';
import { errnoOf } from '../syncError';

/**
 * Finds the folders of a pull that do not exist here yet: they are staged as what they will be, and put in place in one step each
 * (moveNewFolders.ts). One that is created meanwhile does no harm.
 *
 * @param paths of files, relative to the services directory
 * @returns by folder that does not exist, the name of its folder in the staging
 */
export async function foldersToCreate(
  fileSystem: FileSystem,
  servicesDir: string,
  paths: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const folder of new Set(Array.from(paths, (path) => posix.dirname(path)))) {
    if (await isMissing(fileSystem, join(servicesDir, folder))) names.set(folder, `f${names.size}`);
  }
  return names;
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
