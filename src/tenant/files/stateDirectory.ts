import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { sha256 } from '../../core/digest';
import { SyncError, errnoOf, messageOf } from '../../core/syncError';
import { takeServingLock, type ServingLock } from './servingLock';

export interface StateDirectory {
  readonly staging: string;
  readonly backups: string;
  readonly spool: string;
  readonly journal: string;
  readonly lock: ServingLock;
}

const name = '.systemprompt-tenant';

/**
 * The endpoint's private place: never served, readable by its user alone, and on the volume of the services
 * directory, because a file is swapped in by a rename. By default it lies beside the services directory; where that
 * is another volume (the services directory is a mount of its own), inside it, under a name that is no served
 * directory. It belongs to one endpoint at a time, and so does the services directory, wherever its state lies.
 *
 * @throws SyncError io, locked while another endpoint runs
 */
export async function openStateDirectory(servicesDir: string, wanted?: string): Promise<StateDirectory> {
  const usual = [join(dirname(servicesDir), name), join(servicesDir, name)];
  const beside = await findPlace(servicesDir, usual);
  const root = wanted === undefined ? beside : await findPlace(servicesDir, [wanted]);
  const served = join(beside, 'locks', sha256(basename(servicesDir)).slice(0, 16));
  const lock = await takeServingLock(servicesDir, [served, join(root, 'locks', 'state')]);
  try {
    return await prepare(root, lock);
  } catch (error) {
    await lock.release();
    throw noPlace(error);
  }
}

/** The first of the candidates that files can be moved from into the services directory. @throws SyncError io */
async function findPlace(servicesDir: string, candidates: readonly string[]): Promise<string> {
  let refusal: unknown;
  for (const root of candidates) {
    try {
      await mkdir(root, { recursive: true, mode: 0o700 });
      await proveSameVolume(root, servicesDir);
      return root;
    } catch (error) {
      refusal = error;
    }
  }
  throw noPlace(refusal);
}

function noPlace(cause: unknown): SyncError {
  return new SyncError('io', `The endpoint has no private directory to work in: ${messageOf(cause)}`, {
    hint: `Make ${name} beside or in the services directory writable, on the same volume.`,
    cause,
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

async function prepare(root: string, lock: ServingLock): Promise<StateDirectory> {
  const state: StateDirectory = {
    staging: join(root, 'staging'),
    backups: join(root, 'backups'),
    spool: join(root, 'spool'),
    journal: join(root, 'journal.json'),
    lock,
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
