import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ioError } from '../state/ioReason';
import { anyDevice, locateTarget, type SeenFolder } from '../state/swapTarget';
import type { FileSystem } from '../state/fileSystem';
import { errnoOf } from '../syncError';

/**
 * The bytes of a file below the services directory; undefined when there is none, or something else is in its place. No
 * link on the way is followed.
 *
 * @param seen of a pass over many files, see `locateTarget`
 * @throws SyncError `io`
 */
export async function readLocalFile(
  fileSystem: FileSystem,
  servicesDir: string,
  path: string,
  seen?: SeenFolder,
): Promise<Buffer | undefined> {
  try {
    const found = await locateTarget(fileSystem, servicesDir, path, anyDevice, seen);
    if (found.kind !== 'file') return undefined;
    const handle = await open(join(servicesDir, path), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error) ?? '')) return undefined;
    throw ioError(`Could not read ${path}`, error);
  }
}
