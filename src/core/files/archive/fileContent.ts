import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Below this a file is read in one call: streaming many small files costs more than the memory is worth. */
const wholeFileBytes = 1024 * 1024;

/** The bytes of a file for an archive, without holding a large one in memory. */
export async function* fileContent(absolutePath: string, size: number): AsyncGenerator<Uint8Array> {
  if (size <= wholeFileBytes) yield await readFile(absolutePath);
  else yield* createReadStream(absolutePath) as AsyncIterable<Buffer>;
}
