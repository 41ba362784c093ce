import type { FileSystem } from './fileSystem';

/** What the disk takes in a tenth of a second or so: less is not worth a process. */
const bytesPerFlush = 24 * 1024 * 1024;
/** When nothing follows: less is flushed in no time. */
const bytesAtEnd = 1024 * 1024;

export interface FlushingAhead {
  /** @param bytes that were written since the last time */
  written(bytes: number): void;
  /** Nothing follows: the disk begins with the rest while others have something to do. */
  end(): void;
}

/**
 * Lets the disk begin with what is written into a folder while there is more to come, so that the flush at the end has little
 * left to wait for. Nothing relies on it, and nobody waits for it.
 */
export function flushingAhead(fileSystem: FileSystem, folder: string): FlushingAhead {
  let unflushed = 0;
  let isFlushing = false;
  const flush = (): void => {
    if (isFlushing) return;
    unflushed = 0;
    isFlushing = true;
    void fileSystem.flushAhead(folder).finally(() => {
      isFlushing = false;
    });
  };
  return {
    written(bytes) {
      unflushed += bytes;
      if (unflushed >= bytesPerFlush) flush();
    },
    end() {
      if (unflushed >= bytesAtEnd) flush();
    },
  };
}
