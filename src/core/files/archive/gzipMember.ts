import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib';
import { breather } from '../../disk/breathe';
import { storedDeflate } from './storedDeflate';
import type { TarBlock } from './tarBlocks';

/** RFC 1952 without a time and with an unknown operating system, so that every machine writes the same ten bytes. */
const header: Uint8Array = Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** How far deflate looks back: a block is given the end of the one before it, so that the size does not suffer. */
const windowBytes = 32 * 1024;
const compress = promisify(deflateRaw) as (data: Uint8Array, options: object) => Promise<Buffer>;

/**
 * Compresses blocks as one gzip member, side by side on the threads of Node's pool. The same blocks give the same archive
 * on every machine with the same zlib. Holds a few blocks per core, however many follow.
 *
 * @param level 1 (fast) to 9 (small), as zlib has it; what does not compress is stored
 * @throws SyncError cancelled, and what `blocks` throws
 */
export async function* gzipMember(
  blocks: Iterable<TarBlock>,
  level: number,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const atOnce = Math.max(2, availableParallelism()) + 1;
  const breathe = breather(signal);
  const running: Running[] = [];
  let checksum = 0;
  let length = 0;
  let before: TarBlock | undefined;
  try {
    yield Buffer.from(header);
    for (const block of blocks) {
      checksum = crc32(block.bytes, checksum);
      length += block.bytes.length;
      running.push({ before, packed: watched(compressBlock(block, before, level)) });
      before = block;
      const pause = breathe();
      if (pause) await pause;
      if (running.length >= atOnce) yield* finished(running.shift());
    }
    for (let next = running.shift(); next; next = running.shift()) yield* finished(next);
    // An empty last block ends the compressed data; the ones before it were only flushed.
    yield deflateRawSync(Buffer.alloc(0));
    yield trailer(checksum, length);
  } finally {
    await Promise.allSettled(running.map(({ packed }) => packed));
  }
}

interface Running {
  /** Its end is the dictionary of this one. */
  readonly before: TarBlock | undefined;
  readonly packed: Promise<readonly Buffer[]>;
}

/** Blocks end in the order in which they began: the one before this is needed by nobody any more. */
async function* finished(block: Running | undefined): AsyncGenerator<Buffer> {
  if (block === undefined) return;
  const packed = await block.packed;
  block.before?.release?.();
  yield* packed;
}

/** A block that fails while an earlier one is waited for is no unhandled rejection: its turn comes. */
function watched<T>(result: Promise<T>): Promise<T> {
  result.catch(() => undefined);
  return result;
}

function compressBlock(
  { bytes, runs }: TarBlock,
  before: TarBlock | undefined,
  level: number,
): Promise<readonly Buffer[]> {
  return Promise.all(
    runs.map(async ({ end, isCompressible }, index) => {
      const data = bytes.subarray(runs[index - 1]?.end ?? 0, end);
      if (!isCompressible) return storedDeflate(data);
      // Later in the block, what lies before it is stored, and of no help.
      const dictionary = index === 0 ? before?.bytes.subarray(-windowBytes) : undefined;
      return compress(data, {
        level,
        // More memory takes less time.
        memLevel: 9,
        finishFlush: constants.Z_SYNC_FLUSH,
        // What comes out of a text fits into one piece: the garbage of larger ones is what peaks of memory are made of.
        chunkSize: (data.length >> 1) + 1024,
        ...(dictionary && { dictionary }),
      });
    }),
  );
}

/** Checksum of the unpacked bytes and their number modulo 2^32. */
function trailer(checksum: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(checksum, 0);
  bytes.writeUInt32LE(length % 2 ** 32, 4);
  return bytes;
}
