import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { writeDurable } from './durable';

export interface BackedUpFile {
  readonly path: string;
  readonly checksum: string;
  readonly size: number;
}

/** `files/<path>` of a backup, so that a person can copy it back by hand. */
export function backupPath(backupsDir: string, id: string, path: string): string {
  return join(backupsDir, id, 'files', ...path.split('/'));
}

/**
 * Keeps the present content of files that are about to be overwritten or deleted. Hard links where they can be made:
 * the later rename gives the path a new file and leaves this one with the backup.
 *
 * @param at milliseconds since the epoch
 * @returns the id of the backup
 */
export async function makeBackup(
  backupsDir: string,
  servicesDir: string,
  operation: string,
  files: readonly BackedUpFile[],
  at: number,
): Promise<string> {
  const created = new Date(at).toISOString();
  const id = `${created.replace(/[-:]/gu, '').replace('T', '-').replace('.', '-').slice(0, 19)}-${randomBytes(3).toString('hex')}`;
  for (const file of files) {
    const target = backupPath(backupsDir, id, file.path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await keep(join(servicesDir, ...file.path.split('/')), target);
  }
  const description = { format: 1, id, created_at: created, operation, files };
  await writeDurable(join(backupsDir, id, 'backup.json'), `${JSON.stringify(description, null, 2)}\n`);
  return id;
}

async function keep(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch {
    // No hard links on this volume: the content is copied instead, and a copy that fails does stop the run.
    await copyFile(source, target, constants.COPYFILE_EXCL);
  }
}

/** Removes all but the newest backups. Ids begin with their time, so their order is that of their names. */
export async function pruneBackups(backupsDir: string, keepLast: number): Promise<void> {
  const ids = (await readdir(backupsDir)).sort();
  for (const id of ids.slice(0, Math.max(0, ids.length - keepLast))) {
    await rm(join(backupsDir, id), { recursive: true, force: true });
  }
}
