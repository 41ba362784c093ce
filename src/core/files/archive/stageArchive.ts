import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { SyncError, messageOf } from '../../syncError';
import { readArchive } from './readArchive';
import type { ReadArchiveOptions } from './readArchive';
import type { ArchiveEntry } from './tarParser';

export interface StagedFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly executable: boolean;
  /** Where the content lies now; its name has nothing to do with `path`: it is `number`. */
  readonly stagedPath: string;
  readonly number: number;
}

export interface StagedArchive {
  /** In the order of the archive. */
  readonly files: readonly StagedFile[];
  readonly directories: readonly string[];
}

export interface ContentKeeper {
  /** Asked before a file is staged: the content of one that is wanted is held in memory until then. */
  wants(path: string): boolean;
  /** @param pieces the content, in order; they do not change any more */
  take(path: string, sha256: string, pieces: readonly Uint8Array[]): void;
}

export interface StageArchiveOptions extends ReadArchiveOptions {
  /** Is made, with mode 0700; must not exist. Should be on the volume that the files are to be moved to. */
  readonly directory: string;
  /** Permission bits of the staged files, less the umask; 0600 when absent. */
  readonly mode?: number | undefined;
  /** A further rule of the caller, for example which directories are allowed; throws to refuse the archive. */
  readonly check?: (entry: ArchiveEntry) => void;
  /** Which files are wanted; the others are checked like them, and never written. All of them when absent. */
  readonly want?: (entry: ArchiveEntry) => boolean;
  /** Whoever needs contents as well gets them from here, and need not read them back. */
  readonly keeper?: ContentKeeper | undefined;
  /** Told of every piece that was handed to the system. */
  readonly onWritten?: ((bytes: number) => void) | undefined;
}

interface OpenFile {
  readonly entry: ArchiveEntry;
  readonly descriptor: number;
  readonly hash: Hash;
  readonly stagedPath: string;
  readonly pieces: Uint8Array[] | undefined;
}

/**
 * Unpacks an archive into numbered files of a fresh directory, hashing as it goes. No name of the archive ever becomes
 * a name on disk here. When this function throws, the directory is gone again.
 *
 * @throws SyncError tarballUnsafe, io, cancelled, and what `check` throws
 */
export async function stageArchive(
  source: AsyncIterable<Uint8Array>,
  options: StageArchiveOptions,
): Promise<StagedArchive> {
  const files: StagedFile[] = [];
  const directories: string[] = [];
  let open: OpenFile | undefined;

  makeDirectory(options.directory);
  try {
    await readArchive(
      source,
      {
        begin(entry) {
          options.check?.(entry);
          if (entry.kind === 'directory') return void directories.push(entry.path);
          if (options.want?.(entry) === false) return;
          const stagedPath = join(options.directory, String(files.length));
          const descriptor = ioStep(stagedPath, () => openSync(stagedPath, 'wx', options.mode ?? 0o600));
          const pieces = options.keeper?.wants(entry.path) === true ? [] : undefined;
          open = { entry, descriptor, hash: createHash('sha256'), stagedPath, pieces };
        },
        data(chunk) {
          if (open === undefined) return;
          open.hash.update(chunk);
          open.pieces?.push(chunk);
          writeWhole(open.descriptor, chunk, open.stagedPath);
          options.onWritten?.(chunk.length);
        },
        end() {
          if (open === undefined) return;
          const { entry, descriptor, hash, stagedPath, pieces } = open;
          open = undefined;
          ioStep(stagedPath, () => closeSync(descriptor));
          const { path, size, executable } = entry;
          const sha256 = hash.digest('hex');
          if (pieces) options.keeper?.take(path, sha256, pieces);
          files.push({ path, size, executable, sha256, stagedPath, number: files.length });
        },
      },
      options,
    );
  } catch (error) {
    if (open !== undefined) closeSync(open.descriptor);
    await rm(options.directory, { recursive: true, force: true });
    throw error;
  }
  return { files, directories };
}

function makeDirectory(directory: string): void {
  ioStep(directory, () => mkdirSync(directory, { mode: 0o700 }));
}

function writeWhole(descriptor: number, chunk: Uint8Array, path: string): void {
  let written = 0;
  while (written < chunk.length) {
    written += ioStep(path, () => writeSync(descriptor, chunk, written, chunk.length - written));
  }
}

function ioStep<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw new SyncError('io', `The archive could not be staged in ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
