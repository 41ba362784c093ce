import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { sha256 } from '../digest';
import { SyncError } from '../syncError';
import type { BackupFile, BackupManifest, BackupRow } from './backupManifest';
import { ioError } from './ioReason';
import { unportablePathReason } from './portablePath';
import type { StateDirectory } from './stateDirectory';

export interface BackupStart {
  /** What is about to be done: `content_to_db`. */
  readonly operation: string;
  /** Identity of what is about to be changed, without secrets. */
  readonly target: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface OldFile {
  /** Relative to the project's root, with `/`. */
  readonly path: string;
  /** null: the file did not exist. */
  readonly bytes: Uint8Array | null;
  /** SHA-256 of what the operation will write; null when it deletes the file. */
  readonly after: string | null;
}

export interface OldRow {
  readonly table: string;
  readonly key: Readonly<Record<string, string>>;
  /** JSON values; null: the row did not exist. */
  readonly row: Readonly<Record<string, unknown>> | null;
  /** Digest of what the operation will write; null when it deletes the row. */
  readonly after: string | null;
}

/** Collects old values before they are replaced. Every method throws SyncError `io`. */
export interface BackupWriter {
  addFile(file: OldFile): Promise<void>;
  addRow(row: OldRow): Promise<void>;
  /**
   * Flushes everything to the disk and finishes the backup.
   * @returns its id; undefined when nothing was added: then there is no backup
   */
  commit(): Promise<string | undefined>;
  /** Removes what was written, also after `commit`: for operations that changed nothing in the end. */
  discard(): Promise<void>;
}

/** Rows are collected to this many characters before they are written. */
const rowsBufferLength = 256 * 1024;

/** Nothing is created before the first value is added. */
export function createBackupWriter(state: StateDirectory, start: BackupStart): BackupWriter {
  return new Writer(state, start);
}

class Writer implements BackupWriter {
  private readonly id: string;
  private readonly files: BackupFile[] = [];
  private stored = 0;
  private rowCount = 0;
  private readonly rowsDigest = createHash('sha256');
  private rowsBuffer = '';
  private flushed = Promise.resolve();

  constructor(
    private readonly state: StateDirectory,
    private readonly start: BackupStart,
  ) {
    const stamp = new Date(start.now).toISOString().replace(/[-:]|\.\d+/g, '');
    this.id = `${stamp}-${randomBytes(3).toString('hex')}`;
  }

  async addFile({ path, bytes, after }: OldFile): Promise<void> {
    const reason = unportablePathReason(path);
    if (reason !== undefined) throw new SyncError('invalidInput', `${path} cannot be backed up: ${reason}.`);
    if (bytes === null) {
      this.files.push({ path, stored: null, digest: null, after });
      return;
    }
    const stored = this.stored++;
    const folder = await this.state.ensure('backups', this.id, 'files');
    await this.io(() => this.state.fileSystem.appendFile(join(folder, String(stored)), bytes));
    this.files.push({ path, stored, digest: sha256(bytes), after });
  }

  async addRow(row: OldRow): Promise<void> {
    this.rowsBuffer += `${JSON.stringify(row satisfies BackupRow)}\n`;
    this.rowCount += 1;
    if (this.rowsBuffer.length >= rowsBufferLength) await this.flushRows();
  }

  async commit(): Promise<string | undefined> {
    if (this.files.length === 0 && this.rowCount === 0) return undefined;
    const folder = await this.state.ensure('backups', this.id);
    if (this.rowCount > 0) await this.flushRows();
    await this.io(() => this.syncAll(folder));
    await this.state.writeJson(`backups/${this.id}/manifest.json`, this.manifest());
    return this.id;
  }

  async discard(): Promise<void> {
    await this.flushed.catch(() => undefined);
    this.rowsBuffer = '';
    await removeBackup(this.state, this.id);
  }

  private async flushRows(): Promise<void> {
    const rows = Buffer.from(this.rowsBuffer);
    this.rowsBuffer = '';
    this.rowsDigest.update(rows);
    // In the order in which they came, also when the caller does not wait for one before the next.
    this.flushed = this.flushed.then(async () => {
      const folder = await this.state.ensure('backups', this.id);
      await this.io(() => this.state.fileSystem.appendFile(join(folder, 'rows.jsonl'), rows));
    });
    await this.flushed;
  }

  private async syncAll(folder: string): Promise<void> {
    const { fileSystem } = this.state;
    const files = join(folder, 'files');
    const paths = Array.from({ length: this.stored }, (_, stored) => join(files, String(stored)));
    await fileSystem.syncFiles(files, paths);
    if (this.stored > 0) await fileSystem.syncDirectory(files);
    if (this.rowCount > 0) await fileSystem.syncFile(join(folder, 'rows.jsonl'));
  }

  private manifest(): BackupManifest {
    const { id, files, rowCount } = this;
    const { operation, target, now } = this.start;
    const rows = rowCount === 0 ? null : { count: rowCount, digest: this.rowsDigest.digest('hex') };
    const created_at = new Date(now).toISOString();
    return { format: 1, id, created_at, operation, target, items: files.length + rowCount, files, rows };
  }

  private async io(call: () => Promise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      throw ioError('Could not write the backup, so nothing is overwritten', error);
    }
  }
}

/** The manifest goes first: what is left when this is interrupted is not a backup any more. */
export async function removeBackup(state: StateDirectory, id: string): Promise<void> {
  await state.remove(`backups/${id}/manifest.json`);
  await state.remove(`backups/${id}`);
}
