import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, SyncError } from '../syncError';

/** Writes JSON through a private temporary file beside the target, so that readers see the old or the new, never a part. @throws SyncError `io` */
export async function writePrivateJson(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(value, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new SyncError('io', `${path} could not be written: ${messageOf(error)}`, {
      hint: 'Check the permissions of the folder and the free space of its disk.',
      details: { path },
      cause: error,
    });
  }
}
