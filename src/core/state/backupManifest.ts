import * as z from 'zod/mini';
import { SyncError } from '../syncError';
import { unportablePathReason } from './portablePath';

const digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));

const file = z.object({
  /** Relative to the project's root, with `/`. */
  path: z.string().check(z.refine((path) => unportablePathReason(path) === undefined)),
  /** Number of the file in the backup that holds the old bytes; null: the file did not exist. */
  stored: z.nullable(z.int().check(z.nonnegative())),
  /** SHA-256 of the old bytes. */
  digest: z.nullable(digest),
  /** SHA-256 of what the operation wrote; null: it deleted the file. A restore compares it with what is there now. */
  after: z.nullable(digest),
});

/** `manifest.json` of a backup: written last, so that a backup without one is not finished. */
export const backupManifestSchema = z.object({
  format: z.literal(1),
  id: z.string(),
  created_at: z.string(),
  operation: z.string(),
  target: z.string(),
  items: z.int(),
  files: z.array(file),
  rows: z.nullable(z.object({ count: z.int(), digest })),
});

export const backupRowSchema = z.object({
  table: z.string(),
  key: z.record(z.string(), z.string()),
  row: z.nullable(z.record(z.string(), z.unknown())),
  after: z.nullable(z.string()),
});

export type BackupManifest = Readonly<z.output<typeof backupManifestSchema>>;
export type BackupFile = Readonly<z.output<typeof file>>;
/** The old value of a row: null when it did not exist. `after`: digest of what the operation wrote, null: deleted. */
export type BackupRow = Readonly<z.output<typeof backupRowSchema>>;

const idPattern = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/;

export function isBackupId(name: string): boolean {
  return idPattern.test(name);
}

/** @throws SyncError `invalidInput`: ids come from command lines, and become part of a path */
export function requireBackupId(id: string): string {
  if (isBackupId(id)) return id;
  throw new SyncError('invalidInput', `${JSON.stringify(id.slice(0, 60))} is not the id of a backup.`, {
    hint: 'Ids look like 20261122T214106Z-3f2a9c; "backups list" shows them.',
  });
}
