import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../digest';
import type { SkippedItem } from '../models/plan';
import type { RunContext } from '../ports';
import type { Backup, BackupFile, BackupWriter } from '../state/backupStore';
import { swapBatch, swapFiles, type FileChange } from '../state/fileSwap';
import type { ProjectLock } from '../state/projectLock';
import type { StateDirectory } from '../state/stateDirectory';
import { ioError } from '../state/ioReason';
import { errnoOf } from '../syncError';
import { changedSince } from './changedSince';

/** An old file that is to come back. */
export interface FileStep {
  readonly kind: 'file';
  readonly action: 'create' | 'update';
  /** Relative to the project's root. */
  readonly item: string;
  /** SHA-256 of the file as the plan saw it; null when it was missing. */
  readonly current: string | null;
  readonly entry: BackupFile;
}

/** Which files of a backup are to be written back. A file that somebody changed since is left, unless `override`. */
export async function planFiles(
  backup: Backup,
  projectRoot: string,
  override: boolean,
): Promise<{ steps: FileStep[]; left: SkippedItem[] }> {
  const steps: FileStep[] = [];
  const left: SkippedItem[] = [];
  for (const entry of backup.files) {
    if (entry.digest === null) continue;
    const item = entry.path;
    const bytes = await readBytes(projectRoot, item);
    const current = bytes === undefined ? null : sha256(bytes);
    if (current === null) steps.push({ kind: 'file', action: 'create', item, current, entry });
    else if (current === entry.digest)
      left.push({ item, kind: 'skipped', reason: 'already holds the old value' });
    else if (override || current === entry.after)
      steps.push({ kind: 'file', action: 'update', item, current, entry });
    else left.push(changedSince(item));
  }
  return { steps, left };
}

export interface RestoreFilesInput {
  readonly backup: Backup;
  readonly projectRoot: string;
  readonly state: StateDirectory;
  readonly lock: ProjectLock;
  readonly context: RunContext;
}

/** Puts what the steps replace into a backup; the caller commits it before `restoreFiles`. */
export async function backUpReplacedFiles(
  steps: readonly FileStep[],
  projectRoot: string,
  writer: BackupWriter,
): Promise<void> {
  for (const { action, item, entry } of steps) {
    const bytes = action === 'update' ? await readBytes(projectRoot, item) : undefined;
    if (bytes) await writer.addFile({ path: item, bytes, after: entry.digest });
  }
}

/** Files are swapped under a journal, a batch at a time; one that changed since the plan is refused. */
export async function restoreFiles(
  steps: readonly FileStep[],
  { backup, projectRoot, state, lock, context }: RestoreFilesInput,
): Promise<{ done: FileStep[]; refused: SkippedItem[] }> {
  const done = new Set<string>();
  const refused: SkippedItem[] = [];
  let changes: FileChange[] = [];
  let bytes = 0;
  const swap = async () => {
    const result = await swapFiles({ state, lock, root: projectRoot, changes, context });
    for (const { path } of result.applied) done.add(path);
    for (const { change, reason } of result.refused)
      refused.push({ item: change.path, kind: 'conflict', reason });
    context.progress({ message: 'Restoring files', done: done.size, total: steps.length });
    [changes, bytes] = [[], 0];
  };
  for (const { item, current, entry } of steps) {
    const content = await backup.readFile(entry);
    const size = content?.byteLength ?? 0;
    if (changes.length > 0 && (changes.length >= swapBatch.files || bytes + size > swapBatch.bytes))
      await swap();
    if (context.signal?.aborted) break;
    changes.push({ path: item, content, expect: current });
    bytes += size;
  }
  if (changes.length > 0) await swap();
  return { done: steps.filter(({ item }) => done.has(item)), refused };
}

async function readBytes(root: string, path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(join(root, path));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw ioError(`Could not read ${path}`, error);
  }
}
