import { crc32, createInflateRaw, type ZlibOptions } from 'node:zlib';

import { SyncError } from '../../syncError';
import type { ArchiveLimits } from './archiveLimits';
import { unsafeArchive } from './archiveRule';
import { freeBuffer } from './freeBuffer';
import { parseGzipHeader } from './gzipHeader';

const trailerBytes = 8;
/** What is unpacked at once: each piece is a turn of the thread pool. */
const pieceBytes = 1024 * 1024;
/** Unpacked ahead of what the reader has taken: the thread pool goes on while the reader works. */
const aheadBytes = 2048 * 1024;

/**
 * Unpacks a stream that is exactly one gzip member and nothing else. Node's own gunzip takes any number of members
 * and drops what follows them, which would let two readers see two different archives; here the checksum is verified
 * and every further byte is refused.
 *
 * Of a piece nothing may be kept: its memory is taken back when the next one is asked for.
 *
 * @param source left early on a refusal: where leaving must not destroy the stream (an HTTP request that still needs
 *   its answer), hand in `request.iterator({ destroyOnReturn: false })`
 * @throws SyncError tarballUnsafe; errors of the source pass as they are
 */
export async function* gunzipMember(
  source: AsyncIterable<Uint8Array>,
  limits: Pick<ArchiveLimits, 'maxTotalBytes' | 'maxRatio' | 'ratioGraceBytes'>,
): AsyncGenerator<Buffer> {
  const input = source[Symbol.asyncIterator]();
  const inflate = createInflateRaw({
    chunkSize: pieceBytes,
    readableHighWaterMark: aheadBytes,
  } as ZlibOptions);
  let checksum = 0;
  let length = 0;
  try {
    const feeding = feed(input, inflate);
    try {
      for await (const chunk of inflate as AsyncIterable<Buffer>) {
        checksum = crc32(chunk, checksum);
        length += chunk.length;
        if (length > limits.maxTotalBytes) {
          throw unsafeArchive('totalSize', `it unpacks to more than ${limits.maxTotalBytes} bytes`);
        }
        if (length > limits.ratioGraceBytes && length > limits.maxRatio * inflate.bytesWritten) {
          throw unsafeArchive('ratio', `it unpacks to more than ${limits.maxRatio} times its size`);
        }
        yield chunk;
        // Pieces share memory until it is full; then it is the reader's, who is done with it.
        if (chunk.byteOffset + chunk.length === chunk.buffer.byteLength) freeBuffer(chunk);
      }
    } catch (error) {
      throw asArchiveError(error);
    }
    const trailer = await readRest(input, await feeding);
    if (trailer.readUInt32LE(0) !== checksum || trailer.readUInt32LE(4) !== length % 2 ** 32) {
      throw unsafeArchive('checksum', 'the gzip checksum or length is wrong');
    }
  } finally {
    inflate.destroy();
    // Not awaited: a source that is waiting for bytes that never come would hold the refusal back.
    Promise.resolve(input.return?.()).catch(() => undefined);
  }
}

/** Hands the source to inflate and gives back what lies behind the end of the compressed data. */
async function feed(
  input: AsyncIterator<Uint8Array>,
  inflate: ReturnType<typeof createInflateRaw>,
): Promise<Buffer> {
  // A broken block closes the stream without calling back the write that it broke on.
  const closed = new Promise<Buffer>((resolve) => inflate.once('close', () => resolve(Buffer.alloc(0))));
  const pump = async (): Promise<Buffer> => {
    let chunk = await readHeader(input);
    let fed = 0;
    for (;;) {
      await new Promise<void>((resolve, reject) => {
        inflate.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
      fed += chunk.length;
      // Inflate leaves bytes alone only when the compressed data has ended before them.
      const left = fed - inflate.bytesWritten;
      if (left > 0) return chunk.subarray(chunk.length - left);
      const next = await nextChunk(input);
      if (next === undefined) throw unsafeArchive('truncated', 'the compressed data ends early');
      chunk = next;
    }
  };
  const pumping = pump().catch((error: unknown) => {
    inflate.destroy(error instanceof Error ? error : new Error(String(error)));
    return Buffer.alloc(0);
  });
  return Promise.race([pumping, closed]);
}

async function readHeader(input: AsyncIterator<Uint8Array>): Promise<Buffer> {
  let start: Buffer = Buffer.alloc(0);
  for (;;) {
    const headerLength = parseGzipHeader(start);
    if (headerLength !== undefined && start.length > headerLength) return start.subarray(headerLength);
    const next = await nextChunk(input);
    if (next === undefined) throw unsafeArchive('truncated', 'it is empty or ends in its gzip header');
    start = start.length === 0 ? next : Buffer.concat([start, next]);
  }
}

async function readRest(input: AsyncIterator<Uint8Array>, rest: Buffer): Promise<Buffer> {
  let trailer = rest;
  for (;;) {
    if (trailer.length > trailerBytes) {
      const another = trailer[trailerBytes] === 0x1f;
      if (another) throw unsafeArchive('severalMembers', 'it has more than one gzip member');
      throw unsafeArchive('trailingData', 'bytes follow the end of the gzip data');
    }
    const next = await nextChunk(input);
    if (next === undefined) break;
    trailer = Buffer.concat([trailer, next]);
  }
  if (trailer.length < trailerBytes) throw unsafeArchive('truncated', 'the gzip checksum is missing');
  return trailer;
}

async function nextChunk(input: AsyncIterator<Uint8Array>): Promise<Buffer | undefined> {
  for (;;) {
    const next = await input.next();
    if (next.done === true) return undefined;
    if (next.value.length > 0) {
      return Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    }
  }
}

function asArchiveError(error: unknown): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (error instanceof SyncError || typeof code !== 'string' || !code.startsWith('Z_')) return error;
  return unsafeArchive('corrupt', 'the compressed data is damaged', undefined, error);
}
