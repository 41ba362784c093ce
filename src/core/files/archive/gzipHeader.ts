import { unsafeArchive } from './archiveRule';

/** Names and comments in a gzip header are short; a longer header is an attempt to be buffered. */
const maxHeaderBytes = 4096;
const flag = { headerChecksum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;

/**
 * The length of the gzip header (RFC 1952) at the start of `data`, or undefined while more bytes are needed.
 *
 * @throws SyncError tarballUnsafe when it is no gzip header, or an unreasonable one
 */
export function parseGzipHeader(data: Buffer): number | undefined {
  if ((data.length > 0 && data[0] !== 0x1f) || (data.length > 1 && data[1] !== 0x8b)) {
    throw unsafeArchive('notGzip', 'it is not gzip data');
  }
  if (data.length > 2 && data[2] !== 8)
    throw unsafeArchive('gzipHeader', 'its compression method is unknown');
  const length = headerLength(data);
  if ((length ?? data.length) > maxHeaderBytes) {
    throw unsafeArchive('gzipHeader', `its gzip header is longer than ${maxHeaderBytes} bytes`);
  }
  return length === undefined || length > data.length ? undefined : length;
}

function headerLength(data: Buffer): number | undefined {
  if (data.length < 10) return undefined;
  const flags = data[3] ?? 0;
  if ((flags & flag.reserved) !== 0) throw unsafeArchive('gzipHeader', 'its gzip header has unknown flags');
  let offset = 10;
  if ((flags & flag.extra) !== 0) {
    if (data.length < offset + 2) return undefined;
    offset += 2 + data.readUInt16LE(offset);
  }
  for (const text of [flag.name, flag.comment]) {
    if ((flags & text) === 0) continue;
    const end = data.indexOf(0, offset);
    if (end === -1) return undefined;
    offset = end + 1;
  }
  return (flags & flag.headerChecksum) === 0 ? offset : offset + 2;
}
