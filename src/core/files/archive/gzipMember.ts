import { pipeline } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

/** RFC 1952 without a time and with an unknown operating system, so that every machine writes the same ten bytes. */
export const gzipMemberHeader: Uint8Array = Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** What ends a gzip member: checksum of the unpacked bytes and their number modulo 2^32. */
export function gzipMemberTrailer(checksum: number, length: number): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  return trailer;
}

/**
 * Compresses a stream as one reproducible gzip member.
 *
 * @param level 1 (fast) to 9 (small), as zlib has it
 */
export async function* gzipMember(source: AsyncIterable<Buffer>, level: number): AsyncGenerator<Buffer> {
  let checksum = 0;
  let length = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      checksum = crc32(chunk, checksum);
      length += chunk.length;
      yield chunk;
    }
  };
  yield Buffer.from(gzipMemberHeader);
  // An error of the source destroys the compressor with it, and so reaches the loop below.
  const packed = pipeline(counted, createDeflateRaw({ level }), () => undefined);
  for await (const chunk of packed as AsyncIterable<Buffer>) yield chunk;
  yield gzipMemberTrailer(checksum, length);
}
