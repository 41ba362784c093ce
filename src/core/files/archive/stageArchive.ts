import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { posix, sep } from 'node:path';

import { writeWhole } from '../../disk/writeWhole';
import { SyncError, messageOf } from '../../syncError';
import { readArchive } from './readArchive';
import type { ReadArchiveOptions } from './readArchive';
import type { ArchiveEntry } from './tarParser';

export interface StagedFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly executable: boolean;
  /** Where the content lies now. */
  readonly stagedPath: string;
  /** The same below the directory: a number, which has nothing to do with `path`, or the file's name in a folder. */
  readonly name: number | string;
}

export interface StagedArchive {
  /** In the order of the archive. */
  readonly files: readonly StagedFile[];
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
  /**
   * By folder of the archive, a plain name for a folder of `directory`, in which its files keep their own names; it is created
   * with the first of them. Files of other folders are numbered.
   */
  readonly folders?: ReadonlyMap<string, string> | undefined;
}

interface OpenFile {
  readonly entry: ArchiveEntry;
  readonly descriptor: number;
  readonly hash: Hash;
  readonly stagedPath: string;
  readonly name: number | string;
}

/**
 * Unpacks an archive into numbered files of a fresh directory, hashing as it goes. No name of the archive becomes a name on
 * disk here, but for the last part of one that was judged, where `folders` asks for it. When this function throws, the
 * directory is gone again.
 *
 * @param onStaged told of each file, in the order of the archive; none of them is worth anything before this has returned
 * @throws SyncError tarballUnsafe, io, cancelled, and what `check` throws
 */
export async function stageEachFile(
  source: AsyncIterable<Uint8Array>,
  options: StageArchiveOptions,
  onStaged: (file: StagedFile) => void,
): Promise<void> {
  let numbered = 0;
  const made = new Set<string>();
  let open: OpenFile | undefined;

  const nameOf = (path: string): number | string => {
    const folder = options.folders?.get(posix.dirname(path));
    if (folder === undefined) return numbered++;
    if (!made.has(folder)) makeDirectory(`${options.directory}${sep}${folder}`, 0o777);
    made.add(folder);
    return `${folder}/${posix.basename(path)}`;
  };

  makeDirectory(options.directory, 0o700);
  try {
    await readArchive(
      source,
      {
        begin(entry) {
          options.check?.(entry);
          if (entry.kind === 'directory' || options.want?.(entry) === false) return;
          const name = nameOf(entry.path);
          const stagedPath = `${options.directory}${sep}${name}`;
          const descriptor = ioStep(stagedPath, () => openSync(stagedPath, 'wx', options.mode ?? 0o600));
          open = { entry, descriptor, hash: createHash('sha256'), stagedPath, name };
        },
        data(chunk) {
          if (open === undefined) return;
          const { descriptor, hash, stagedPath } = open;
          hash.update(chunk);
          ioStep(stagedPath, () => writeWhole(descriptor, chunk));
        },
        end() {
          if (open === undefined) return;
          const { entry, descriptor, hash, stagedPath, name } = open;
          open = undefined;
          ioStep(stagedPath, () => closeSync(descriptor));
          const { path, size, executable } = entry;
          onStaged({ path, size, executable, sha256: hash.digest('hex'), stagedPath, name });
        },
      },
      options,
    );
  } catch (error) {
    if (open !== undefined) closeSync(open.descriptor);
    await rm(options.directory, { recursive: true, force: true });
    throw error;
  }
}

/** As {@link stageEachFile}, with all files at the end. */
export async function stageArchive(
  source: AsyncIterable<Uint8Array>,
  options: StageArchiveOptions,
): Promise<StagedArchive> {
  const files: StagedFile[] = [];
  await stageEachFile(source, options, (file) => files.push(file));
  return { files };
}

function makeDirectory(directory: string, mode: number): void {
  ioStep(directory, () => mkdirSync(directory, { mode }));
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
