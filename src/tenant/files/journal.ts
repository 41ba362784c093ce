import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import * as z from 'zod/mini';

import { SyncError, errnoOf } from '../../core/syncError';
import { backupPath } from './backups';
import { removeEmptyParents } from './emptyParents';
import { hashFile } from './servicesTree';
import type { StateDirectory } from './stateDirectory';
import { parseJson } from '../../core/parseJson';

const journalShape = z.object({
  format: z.literal(1),
  backup: z.nullable(z.string()),
  /** Had content before, which the backup holds. `after` is the checksum of the run's content, null for a deletion. */
  replaced: z.array(z.object({ path: z.string(), after: z.nullable(z.string()) })),
  /** Did not exist before; the checksum is that of the content the run put there. */
  created: z.array(z.object({ path: z.string(), checksum: z.string() })),
});

/** What a run is about to do, written before its first change. */
export type Journal = z.infer<typeof journalShape>;

/**
 * Brings every path of the journal back to what it was before the run, and forgets the journal. May be repeated. What
 * is neither the old content nor the run's is someone else's work since, and is left alone.
 */
export async function undoJournal(
  journal: Journal,
  servicesDir: string,
  state: StateDirectory,
): Promise<void> {
  for (const { path, checksum } of journal.created) {
    const target = join(servicesDir, ...path.split('/'));
    if ((await checksumOf(target)) !== checksum) continue;
    await rm(target);
    await removeEmptyParents(path, servicesDir);
  }
  const restored = join(state.staging, 'restored');
  for (const { path, after } of journal.replaced) {
    const target = join(servicesDir, ...path.split('/'));
    const present = await checksumOf(target);
    if (journal.backup === null || (present !== undefined && present !== after)) continue;
    await copyFile(backupPath(state.backups, journal.backup, path), restored);
    await mkdir(dirname(target), { recursive: true });
    await rename(restored, target);
  }
  await rm(state.journal, { force: true });
}

/**
 * Undoes what a process that died, or an undoing that failed, left half done. Called before the server listens and
 * before each run, so that no run ever starts on top of half of another.
 *
 * @returns true when there was something to undo
 * @throws SyncError stateCorrupted when the journal cannot be understood: then a person has to look
 */
export async function recoverJournal(servicesDir: string, state: StateDirectory): Promise<boolean> {
  const text = await readFile(state.journal, 'utf8').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return false;
  const journal = journalShape.safeParse(parseJson(text));
  if (!journal.success) {
    throw new SyncError('stateCorrupted', `${state.journal} cannot be understood.`, {
      hint: 'An upload was interrupted. Compare the services directory with the newest backup, then delete the file.',
    });
  }
  await undoJournal(journal.data, servicesDir, state);
  return true;
}

async function checksumOf(path: string): Promise<string | undefined> {
  try {
    return await hashFile(path);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw error;
  }
}
