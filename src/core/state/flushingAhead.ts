import type { FileSystem } from './fileSystem';

/** What the disk takes in a tenth of a second or so: less is not worth a process. */
const bytesPerFlush = 12 * 1024 * 1024;

/**
 * Lets the disk begin with what is written into a folder while there is more to come, so that the flush at the end has little
 * left to wait for. Nothing relies on it.
 *
 * @returns to be told how many bytes were written
 */
export function flushingAhead(fileSystem: FileSystem, folder: string): (bytes: number) => void {
  let unflushed = 0;
  let isFlushing = false;
  return (bytes) => {
    unflushed += bytes;
    if (unflushed < bytesPerFlush || isFlushing) return;
    unflushed = 0;
    isFlushing = true;
    void fileSystem.flushAhead(folder).finally(() => {
      isFlushing = false;
    });
  };
}
