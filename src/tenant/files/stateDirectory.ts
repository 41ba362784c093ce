import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { SyncError, errnoOf, messageOf } from '../../core/syncError';

export interface StateDirectory {
  readonly staging: string;
  readonly backups: string;
  readonly spool: string;
  readonly journal: string;
}

const name = '.systemprompt-tenant';

/**
 * The endpoint's private place: never served, readable by its user alone, and on the volume of the services
 * directory, because a file is swapped in by a rename. By default it lies beside the services directory; where that
 * is another volume (the services directory is a mount of its own), inside it, under a name that is no served
 * directory.
 *
 * @throws SyncError io
 */
export async function openStateDirectory(servicesDir: string, wanted?: string): Promise<StateDirectory> {
  const candidates =
    wanted === undefined ? [join(dirname(servicesDir), name), join(servicesDir, name)] : [wanted];
  let refusal: unknown;
  for (const root of candidates) {
    try {
      await mkdir(root, { recursive: true, mode: 0o700 });
      await proveSameVolume(root, servicesDir);
      return await prepare(root);
    } catch (error) {
      refusal = error;
    }
  }
  throw new SyncError('io', `The endpoint has no private directory to work in: ${messageOf(refusal)}`, {
    hint: `Make ${name} beside or in the services directory writable, on the same volume.`,
    cause: refusal,
  });
}

/** Bind mounts share a device number and still refuse renames between each other: only a rename can tell. */
async function proveSameVolume(root: string, servicesDir: string): Promise<void> {
  const probe = `probe-${randomUUID()}`;
  const moved = join(servicesDir, `.${probe}`);
  await writeFile(join(root, probe), '');
  try {
    await rename(join(root, probe), moved);
  } finally {
    await rm(moved, { force: true });
    await rm(join(root, probe), { force: true });
  }
}

async function prepare(root: string): Promise<StateDirectory> {
  const state: StateDirectory = {
    staging: join(root, 'staging'),
    backups: join(root, 'backups'),
    spool: join(root, 'spool'),
    journal: join(root, 'journal.json'),
  };
  // What an interrupted process left there was never part of anything.
  for (const directory of [state.staging, state.spool]) await rm(directory, { recursive: true, force: true });
  for (const directory of [state.staging, state.backups, state.spool]) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  }
  await ignoreInGit(root);
  return state;
}

async function ignoreInGit(root: string): Promise<void> {
  try {
    await writeFile(join(root, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}
