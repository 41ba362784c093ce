import type { Header } from 'tar/header';

import { unsafeArchive } from './archiveRule';
import { readPlainHeader } from './plainTarHeader';

export type TarHeaderKind = 'file' | 'directory' | 'longPath' | 'pax' | 'end';

export interface TarHeader {
  readonly kind: TarHeaderKind;
  readonly path: string;
  readonly size: number;
  readonly executable: boolean;
}

const nameField = { offset: 0, length: 100 } as const;
const prefixField = { offset: 345, length: 155 } as const;
const sizeField = { offset: 124, length: 12 } as const;
const posixMagic = 'ustar\0';

/**
 * Reads one 512-byte header block. The fields come from the tar library's codec; what that codec forgives (text behind
 * a NUL, half-numeric sizes, a directory with a body) is refused here, because two readers that forgive differently
 * see different archives.
 *
 * @param Codec the `Header` class of the tar package, which its caller loads on first use
 * @throws SyncError tarballUnsafe
 */
export function readTarHeader(block: Buffer, Codec: typeof Header): TarHeader {
  return readPlainHeader(block) ?? readAnyHeader(block, Codec);
}

/** As {@link readTarHeader}, for headers of every kind. */
export function readAnyHeader(block: Buffer, Codec: typeof Header): TarHeader {
  const header = decode(block, Codec);
  if (header.nullBlock) return { kind: 'end', path: '', size: 0, executable: false };
  if (!header.cksumValid) throw unsafeArchive('header', 'the checksum of a tar header is wrong');
  requireCleanText(block, nameField);
  if (block.toString('latin1', 257, 263) === posixMagic) requireCleanText(block, prefixField);
  const size = readSize(block, header);
  const path = header.path ?? '';
  const kind = kindOf(header, path);
  if (kind === 'directory' && size !== 0)
    throw unsafeArchive('header', 'a directory claims to have content', path);
  return { kind, path, size, executable: ((header.mode ?? 0) & 0o100) !== 0 };
}

function decode(block: Buffer, Codec: typeof Header): Header {
  try {
    return new Codec(block);
  } catch (error) {
    throw unsafeArchive('header', 'a number in a tar header cannot be read', undefined, error);
  }
}

function kindOf(header: Header, path: string): TarHeaderKind {
  const type = header.type;
  if (type === 'File' || type === 'OldFile') return 'file';
  if (type === 'Directory') return 'directory';
  if (type === 'NextFileHasLongPath') return 'longPath';
  if (type === 'ExtendedHeader') return 'pax';
  throw unsafeArchive(
    'entryType',
    `it holds an entry of type ${type}; only files and directories are allowed`,
    path,
  );
}

/** A name ends at its first NUL; anything but NULs behind it would be a second, hidden name. */
function requireCleanText(block: Buffer, field: { readonly offset: number; readonly length: number }): void {
  const bytes = block.subarray(field.offset, field.offset + field.length);
  const end = bytes.indexOf(0);
  if (end === -1) return;
  // The codec reads times behind a prefix of 130 bytes (the star layout); they are no text and are not used.
  const until = field === prefixField && bytes[130] === 0 ? 130 : bytes.length;
  for (let index = end; index < until; index += 1) {
    if (bytes[index] !== 0)
      throw unsafeArchive('control', 'a name holds a NUL', bytes.toString('utf8', 0, end));
  }
}

function readSize(block: Buffer, header: Header): number {
  const raw = block.subarray(sizeField.offset, sizeField.offset + sizeField.length);
  const octal = raw.toString('latin1');
  if (/^ *[0-7]+[ \0]*$/u.test(octal)) return parseInt(octal, 8);
  const size = header.size;
  if (raw[0] === 0x80 && size !== undefined && Number.isSafeInteger(size) && header.type !== 'Directory')
    return size;
  throw unsafeArchive('header', 'the size in a tar header is negative, too large or no number', header.path);
}
