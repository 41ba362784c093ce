import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';

const bufferBytes = 1024 * 1024;
// Links are not followed, and a pipe in a file's place does not hang us; Windows knows neither flag.
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export interface HashedFile {
  readonly digest: string;
  /** Bytes that were hashed. */
  readonly size: number;
  /** Of the open file, before it was read. */
  readonly stats: Stats;
}

/** Hashes many files one after the other with one buffer: nothing grows with the size of a file. */
export function createFileHasher(): {
  /**
   * @param breathe called after each piece of a large file
   * @returns undefined when it is no regular file (any more)
   * @throws Node.js' own error
   */
  hash(path: string, breathe: () => Promise<void> | undefined): Promise<HashedFile | undefined> | HashedFile;
} {
  const buffer = Buffer.allocUnsafe(bufferBytes);

  const hashLarge = async (
    descriptor: number,
    stats: Stats,
    breathe: () => Promise<void> | undefined,
  ): Promise<HashedFile> => {
    const hash = createHash('sha256');
    // The shared buffer may be used for another file while this one waits.
    const own = Buffer.allocUnsafe(bufferBytes);
    let size = 0;
    try {
      for (;;) {
        const read = readSync(descriptor, own, 0, bufferBytes, null);
        if (read === 0) break;
        hash.update(own.subarray(0, read));
        size += read;
        const pause = breathe();
        if (pause) await pause;
      }
    } finally {
      closeSync(descriptor);
    }
    return { digest: hash.digest('hex'), size, stats };
  };

  return {
    hash(path, breathe) {
      const descriptor = openSync(path, flags);
      let handedOver = false;
      try {
        const stats = fstatSync(descriptor);
        if (!stats.isFile()) return Promise.resolve(undefined);
        if (stats.size >= bufferBytes) {
          handedOver = true;
          return hashLarge(descriptor, stats, breathe);
        }
        let size = 0;
        // One call reads a small file whole; a file that grows meanwhile is read to its end.
        while (size < bufferBytes) {
          const read = readSync(descriptor, buffer, size, bufferBytes - size, size);
          size += read;
          if (read === 0 || size === stats.size) break;
        }
        return { digest: createHash('sha256').update(buffer.subarray(0, size)).digest('hex'), size, stats };
      } finally {
        if (!handedOver) closeSync(descriptor);
      }
    },
  };
}
