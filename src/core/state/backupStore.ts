import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { sha256 } from '../digest';
import { errnoOf, SyncError } from '../syncError';
import {
  backupManifestSchema,
  backupRowSchema,
  isBackupId,
  requireBackupId,
  type BackupFile,
  type BackupManifest,
  type BackupRow,
} from './backupManifest';
import { createBackupWriter, removeBackup, type BackupStart, type BackupWriter } from './backupWriter';
import { ioError } from './ioReason';
import type { StateDirectory } from './stateDirectory';

export type { BackupFile, BackupRow } from './backupManifest';
export type { BackupWriter, OldFile, OldRow } from './backupWriter';

/** A line of `backups list` (cli-contract.md). */
export interface BackupSummary {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly created_at: string;
  /** `unreadable` when the manifest is damaged: such a backup is shown, and never pruned. */
  readonly operation: string;
  readonly target: string;
  readonly items: number;
}

export interface Backup extends BackupSummary {
  readonly files: readonly BackupFile[];
  readonly rows: readonly BackupRow[];
  /**
   * The old bytes of a file; null when it did not exist.
   * @throws SyncError `stateCorrupted` when they are not what was backed up
   */
  readFile(file: BackupFile): Promise<Uint8Array | null>;
}

/** Old values of files and rows under `backups/` (design.md rule 3), private to the user. */
export interface BackupStore {
  begin(start: BackupStart): BackupWriter;
  /** Newest first; only finished backups. */
  list(): Promise<readonly BackupSummary[]>;
  /** @throws SyncError `invalidInput` for an unknown id, `stateCorrupted` when it is damaged */
  read(id: string): Promise<Backup>;
  /** @throws SyncError `invalidInput` for an unknown id */
  remove(id: string): Promise<void>;
  /**
   * Keeps the newest ones, and also removes what interrupted runs left more than a day ago.
   * @returns the ids of the backups that were removed
   */
  prune(): Promise<readonly string[]>;
}

const unfinishedForMs = 24 * 60 * 60_000;

/** @param options.keep how many backups `prune` leaves; 20 unless told, at least 1 */
export function createBackupStore(
  state: StateDirectory,
  { keep = 20 }: { readonly keep?: number } = {},
): BackupStore {
  if (!Number.isInteger(keep) || keep < 1) {
    throw new SyncError('invalidInput', `The number of backups to keep has to be 1 or more, not ${keep}.`);
  }

  async function readManifest(id: string): Promise<BackupManifest | undefined> {
    const manifest = await state.readJson(`backups/${id}/manifest.json`, backupManifestSchema);
    if (manifest && manifest.id !== id) throw damaged(id, 'its manifest belongs to another one');
    return manifest;
  }

  async function requireManifest(id: string): Promise<BackupManifest> {
    const manifest = await readManifest(requireBackupId(id));
    if (manifest) return manifest;
    throw new SyncError('invalidInput', `There is no backup ${id}.`, {
      hint: '"backups list" shows those that there are.',
    });
  }

  async function summaryOf(id: string): Promise<BackupSummary | undefined> {
    try {
      const manifest = await readManifest(id);
      return manifest && summarise(manifest);
    } catch (error) {
      if (!SyncError.is(error, 'stateCorrupted')) throw error;
      return { id, created_at: createdAt(id), operation: unreadable, target: '', items: 0 };
    }
  }

  async function ids(): Promise<string[]> {
    try {
      return (await state.fileSystem.list(state.path('backups'))).filter(isBackupId);
    } catch (error) {
      throw ioError('Could not list the backups', error);
    }
  }

  async function list(): Promise<readonly BackupSummary[]> {
    const found: BackupSummary[] = [];
    for (const id of await ids()) {
      const summary = await summaryOf(id);
      if (summary) found.push(summary);
    }
    return found.sort((a, b) => (newness(a) < newness(b) ? 1 : -1));
  }

  async function readRows({ id, rows }: BackupManifest): Promise<BackupRow[]> {
    if (!rows) return [];
    const bytes = await readStored(state, id, 'rows.jsonl');
    if (createHash('sha256').update(bytes).digest('hex') !== rows.digest)
      throw damaged(id, 'its rows have changed');
    return [...lines(bytes)].map((line) => z.parse(backupRowSchema, JSON.parse(line)));
  }

  async function read(id: string): Promise<Backup> {
    const manifest = await requireManifest(id);
    const rows = await readRows(manifest);
    return {
      ...summarise(manifest),
      files: manifest.files,
      rows,
      readFile: (file) => readOldFile(state, id, file),
    };
  }

  async function prune(): Promise<readonly string[]> {
    const finished = await list();
    const readable = finished.filter(({ operation }) => operation !== unreadable);
    const surplus = readable.slice(keep).map(({ id }) => id);
    for (const id of surplus) await removeBackup(state, id);
    const known = new Set(finished.map(({ id }) => id));
    for (const id of await ids()) if (!known.has(id)) await removeIfAbandoned(state, id);
    return surplus;
  }

  return {
    begin: (start) => createBackupWriter(state, start),
    list,
    read,
    async remove(id) {
      await requireManifest(id);
      await removeBackup(state, id);
    },
    prune,
  };
}

const unreadable = 'unreadable';

function summarise({ id, created_at, operation, target, items }: BackupManifest): BackupSummary {
  return { id, created_at, operation, target, items };
}

function newness({ created_at, id }: BackupSummary): string {
  return `${created_at} ${id}`;
}

/** `20261122T214106Z-3f2a9c` → `2026-11-22T21:41:06.000Z` */
function createdAt(id: string): string {
  return id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-.*$/, '$1-$2-$3T$4:$5:$6.000Z');
}

async function readOldFile(state: StateDirectory, id: string, file: BackupFile): Promise<Uint8Array | null> {
  if (file.stored === null) return null;
  const bytes = await readStored(state, id, 'files', String(file.stored));
  if (sha256(bytes) !== file.digest) throw damaged(id, `the old ${file.path} in it has changed`);
  return bytes;
}

async function readStored(state: StateDirectory, id: string, ...parts: string[]): Promise<Buffer> {
  const path = state.path('backups', id, ...parts);
  try {
    return await state.fileSystem.readFile(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw damaged(id, `${parts.join('/')} is missing`);
    throw ioError(`Could not read ${path}`, error);
  }
}

/** Line by line from the bytes: a big backup is never held as one text as well. */
function* lines(bytes: Buffer): Generator<string> {
  for (let start = 0, end = bytes.indexOf(10); end >= 0; start = end + 1, end = bytes.indexOf(10, start)) {
    yield bytes.toString('utf8', start, end);
  }
}

function damaged(id: string, what: string): SyncError {
  return new SyncError('stateCorrupted', `Backup ${id} is damaged: ${what}.`, {
    hint: 'Nothing is restored from what is damaged.',
    details: { backup: id },
  });
}

async function removeIfAbandoned(state: StateDirectory, id: string): Promise<void> {
  try {
    const stats = await state.fileSystem.lstat(state.path('backups', id));
    if (stats && Date.now() - stats.mtimeMs > unfinishedForMs) await removeBackup(state, id);
  } catch (error) {
    throw ioError(`Could not remove the unfinished backup ${id}`, error);
  }
}
