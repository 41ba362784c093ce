import { closeSync, constants, createReadStream, openSync, readFileSync } from 'node:fs';

/** Below this a file is read in one call: streaming many small files costs more than the memory is worth. */
const wholeFileBytes = 1024 * 1024;
/** A pipe in a file's place must not hang the process; Windows does not know the flag. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The bytes of a file for an archive, without holding a large one in memory. */
export async function* fileContent(absolutePath: string, size: number): AsyncGenerator<Uint8Array> {
  if (size <= wholeFileBytes) yield readWhole(absolutePath);
  else yield* createReadStream(absolutePath) as AsyncIterable<Buffer>;
}

/** Not in the thread pool, where thousands of small reads would wait behind the blocks that are being compressed. */
function readWhole(path: string): Buffer {
  const descriptor = openSync(path, flags);
  try {
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
