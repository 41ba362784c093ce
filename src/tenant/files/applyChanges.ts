import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { StagedFile } from '../../core/files/archive/stageArchive';
import { makeBackup, pruneBackups } from './backups';
import type { BackedUpFile } from './backups';
import { flushFile, writeDurable } from './durable';
import { createConcurrencyLimit } from './exclusive';
import { removeEmptyParents } from './emptyParents';
import { recoverJournal, undoJournal } from './journal';
import type { Journal } from './journal';
import type { StateDirectory } from './stateDirectory';
import type { TargetState } from './targets';

export interface Change {
  readonly path: string;
  /** The new content; absent to delete the file. */
  readonly staged?: StagedFile;
  readonly target: TargetState;
}

export interface ApplyPlace {
  readonly servicesDir: string;
  readonly state: StateDirectory;
  readonly keepBackups: number;
  readonly now: () => number;
}

/**
 * Makes the changes as one: everything is on the disk and backed up before the first path changes, each path goes from
 * old to new in one rename, and when a step fails the ones before it are undone. A process that dies in between leaves
 * a journal, which the next start undoes.
 *
 * The caller holds the lock of the services directory and has checked the targets under it.
 *
 * @returns the id of the backup, or undefined when nothing was overwritten or deleted
 */
export async function applyChanges(
  operation: string,
  changes: readonly Change[],
  place: ApplyPlace,
): Promise<string | undefined> {
  if (changes.length === 0) return undefined;
  const { servicesDir, state } = place;
  await recoverJournal(servicesDir, state);
  const limited = createConcurrencyLimit(16);
  await Promise.all(changes.map((change) => limited(() => prepareStaged(change))));

  const replaced: BackedUpFile[] = [];
  for (const { path, target } of changes) {
    if (target.kind === 'file') replaced.push({ path, checksum: target.checksum, size: target.size });
  }
  const backup =
    replaced.length === 0
      ? undefined
      : await makeBackup(state.backups, servicesDir, operation, replaced, place.now());
  const journal: Journal = {
    format: 1,
    backup: backup ?? null,
    replaced: changes.flatMap(({ path, staged, target }) =>
      target.kind === 'file' ? [{ path, after: staged?.sha256 ?? null }] : [],
    ),
    created: changes.flatMap(({ path, staged, target }) =>
      target.kind === 'absent' && staged !== undefined ? [{ path, checksum: staged.sha256 }] : [],
    ),
  };
  await writeDurable(state.journal, JSON.stringify(journal));
  try {
    for (const change of changes) await swap(change, servicesDir);
  } catch (error) {
    await undoJournal(journal, servicesDir, state);
    throw error;
  }
  await rm(state.journal);
  for (const { path, staged } of changes)
    if (staged === undefined) await removeEmptyParents(path, servicesDir);
  await pruneBackups(state.backups, place.keepBackups);
  return backup;
}

async function prepareStaged({ staged, target }: Change): Promise<void> {
  if (staged === undefined) return;
  // An overwritten file keeps its mode; only a new one takes what the archive says.
  const mode = target.kind === 'file' ? target.mode : staged.executable ? 0o755 : 0o644;
  await chmod(staged.stagedPath, mode | 0o600);
  await flushFile(staged.stagedPath);
}

async function swap({ path, staged }: Change, servicesDir: string): Promise<void> {
  const target = join(servicesDir, ...path.split('/'));
  if (staged === undefined) return rm(target);
  await mkdir(dirname(target), { recursive: true });
  await rename(staged.stagedPath, target);
}
