import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { errnoOf } from '../syncError';

/** What changes when a file does, as far as the file system tells without reading it. */
export interface FileStamp {
  readonly size: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly mtimeMs: number;
  readonly inode: number;
}

function stampOf({ size, mtimeMs, ino }: Stats): FileStamp {
  return { size, mtimeMs, inode: ino };
}

/** The stamp of a regular file; undefined for anything else, and for what cannot be looked at. */
export function readStamp(path: string): FileStamp | undefined {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats?.isFile() ? stampOf(stats) : undefined;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

export type FileBytes =
  /** `bytes` are valid until the next read. */
  | { readonly bytes: Buffer; readonly stamp: FileStamp }
  /** `code` is the system's (`EACCES`, …), or says that it is no regular file. */
  | { readonly code: string };

// A name may become a link or a pipe between the walk and the read: never follow the one, never wait on the other.
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const firstBufferBytes = 64 * 1024;

/**
 * A function that reads regular files, one after the other, into one buffer: thousands of small files would otherwise
 * each leave a buffer behind. It gives at most `limit` bytes and one more, and never throws for the file system.
 */
export function regularFileReader(limit: number): (path: string) => FileBytes {
  let buffer = Buffer.allocUnsafe(firstBufferBytes);
  return (path) => {
    try {
      const file = openSync(path, openFlags);
      try {
        const stats = fstatSync(file);
        if (!stats.isFile()) return { code: 'not a regular file' };
        const size = Math.min(stats.size, limit + 1);
        if (size > buffer.length) buffer = Buffer.allocUnsafe(Math.max(size, buffer.length * 2));
        return { bytes: fill(buffer.subarray(0, size), file), stamp: stampOf(stats) };
      } finally {
        closeSync(file);
      }
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined) throw error;
      return { code };
    }
  };
}

function fill(buffer: Buffer, file: number): Buffer {
  let filled = 0;
  while (filled < buffer.length) {
    const count = readSync(file, buffer, filled, buffer.length - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** Reads one regular file; see `regularFileReader`, which is for many. */
export function readRegularFile(path: string, limit: number): FileBytes {
  return regularFileReader(limit)(path);
}
