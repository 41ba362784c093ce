import type { FileSystem } from './fileSystem';

/** What the disk takes in a tenth of a second or so: less is not worth a process. */
const bytesPerFlush = 32 * 1024 * 1024;
/** When nothing follows: less is flushed in no time. */
const bytesAtEnd = 1024 * 1024;

export interface FlushingAhead {
  /** @param bytes that were written since the last time */
  written(bytes: number): void;
  /**
   * Nothing follows: the disk begins with the rest while others have something to do.
   * @returns true when everything that was written is on the disk; false when that is not known. Never fails.
   */
  end(): Promise<boolean>;
}

/**
 * Lets the disk begin with what is written into a folder while there is more to come, so that little is left to wait for at the
 * end.
 */
export function flushingAhead(fileSystem: FileSystem, folder: string): FlushingAhead {
  let unflushed = 0;
  let flushing: Promise<boolean> | undefined;
  const flush = (): Promise<boolean> => {
    unflushed = 0;
    return fileSystem.flushVolume(folder).catch(() => false);
  };
  return {
    written(bytes) {
      unflushed += bytes;
      if (unflushed < bytesPerFlush || flushing) return;
      flushing = flush().finally(() => (flushing = undefined));
    },
    // One that is under way may have begun before the last file was written.
    end: () => (unflushed >= bytesAtEnd ? flush() : Promise.resolve(false)),
  };
}
