import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib';
import { looksCompressible } from './looksCompressible';

/** RFC 1952 without a time and with an unknown operating system, so that every machine writes the same ten bytes. */
export const gzipMemberHeader: Uint8Array = Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** What ends a gzip member: checksum of the unpacked bytes and their number modulo 2^32. */
export function gzipMemberTrailer(checksum: number, length: number): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  return trailer;
}

const compress = promisify(deflateRaw) as (data: Uint8Array, options: object) => Promise<Buffer>;

/** Big enough that a block's own start costs nothing, small enough that every core has work and memory stays small. */
const blockBytes = 256 * 1024;
/** How far deflate looks back: each block is given the end of the one before it, so that the size does not suffer. */
const windowBytes = 32 * 1024;
/** Of a block all segments compress, or none does: images and fonts do not, cost the most, and lie between texts. */
const segmentBytes = 32 * 1024;

/**
 * Compresses a stream as one gzip member, its blocks side by side on the worker threads of Node's pool. Where the blocks
 * begin depends on the bytes alone, so that the same content gives the same archive on every machine with the same zlib.
 * Holds a few blocks per core, however long the stream is.
 *
 * @param level 1 (fast) to 9 (small), as zlib has it; a block that does not compress is stored
 */
export async function* gzipMember(source: AsyncIterable<Uint8Array>, level: number): AsyncGenerator<Buffer> {
  const atOnce = Math.max(2, availableParallelism()) + 1;
  const running: Promise<Buffer>[] = [];
  let checksum = 0;
  let length = 0;
  let before: Buffer = Buffer.alloc(0);
  try {
    yield Buffer.from(gzipMemberHeader);
    for await (const { block, isCompressible } of inBlocks(source)) {
      checksum = crc32(block, checksum);
      length += block.length;
      running.push(watched(compressBlock(block, before, isCompressible ? level : 0)));
      before = block;
      if (running.length >= atOnce) yield await (running.shift() ?? Buffer.alloc(0));
    }
    for (let next = running.shift(); next; next = running.shift()) yield await next;
    // An empty last block ends the compressed data; the ones before it were only flushed.
    yield deflateRawSync(Buffer.alloc(0));
    yield gzipMemberTrailer(checksum, length);
  } finally {
    await Promise.allSettled(running);
  }
}

/** A block that fails while an earlier one is waited for is no unhandled rejection: its turn comes. */
function watched(result: Promise<Buffer>): Promise<Buffer> {
  result.catch(() => undefined);
  return result;
}

function compressBlock(block: Buffer, before: Buffer, level: number): Promise<Buffer> {
  const dictionary = before.subarray(Math.max(0, before.length - windowBytes));
  return compress(block, {
    level,
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: blockBytes,
    ...(dictionary.length > 0 && { dictionary }),
  });
}

interface Block {
  readonly block: Buffer;
  readonly isCompressible: boolean;
}

/** The same bytes in blocks that end where they are full, or where what follows compresses and they do not, or the reverse. */
async function* inBlocks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Block> {
  let block = Buffer.allocUnsafe(blockBytes);
  let filled = 0;
  let isCompressible = true;
  for await (const chunk of source) {
    for (let offset = 0; offset < chunk.length;) {
      const start = filled - (filled % segmentBytes);
      const part = chunk.subarray(offset, offset + start + segmentBytes - filled);
      block.set(part, filled);
      filled += part.length;
      offset += part.length;
      if (filled < start + segmentBytes) continue;
      const segment = block.subarray(start, filled);
      const isSegmentCompressible = looksCompressible(segment);
      if (start > 0 && isSegmentCompressible !== isCompressible) {
        const next = Buffer.allocUnsafe(blockBytes);
        next.set(segment);
        yield { block: block.subarray(0, start), isCompressible };
        block = next;
        filled = segment.length;
      }
      isCompressible = isSegmentCompressible;
      if (filled < blockBytes) continue;
      yield { block, isCompressible };
      block = Buffer.allocUnsafe(blockBytes);
      filled = 0;
    }
  }
  if (filled > 0) yield { block: block.subarray(0, filled), isCompressible: true };
}
