import type { TarHeader } from './tarHeader';

/**
 * The header of a usual file or directory: a short ASCII name, plain octal numbers, no prefix. It takes a tenth of what the
 * tar library's codec takes for it. Undefined says nothing: that block is the codec's to judge.
 *
 * @param block of 512 bytes
 */
export function readPlainHeader(block: Buffer): TarHeader | undefined {
  const isDirectory = block[typeAt] === directoryType;
  if (!isDirectory && block[typeAt] !== fileType) return undefined;
  // Binary numbers, of which the codec refuses some.
  if (numbersAt.some((at) => (block[at] ?? 0) >= 0x80)) return undefined;
  const magic = block.toString('latin1', 257, 265);
  if (magic !== posixMagic && magic !== gnuMagic) return undefined;
  const nameEnd = plainNameEnd(block);
  const endsInSlash = block[nameEnd - 1] === slash;
  if (nameEnd === 0 || (endsInSlash && !isDirectory) || !isZeroBetween(block, 345, 500)) return undefined;
  const size = octal(block, 124, 12);
  const mode = octal(block, 100, 8);
  if (size === undefined || mode === undefined || (isDirectory && size !== 0)) return undefined;
  if (octal(block, checksumAt, checksumLength) !== checksumOf(block)) return undefined;
  const path = block.toString('latin1', 0, nameEnd);
  return { kind: isDirectory ? 'directory' : 'file', path, size, executable: (mode & 0o100) !== 0 };
}

const typeAt = 156;
const fileType = 0x30;
const directoryType = 0x35;
const slash = 0x2f;
const posixMagic = 'ustar\x0000';
const gnuMagic = 'ustar  \0';
/** Owner, group, time and device: not used here. */
const numbersAt = [108, 116, 136, 329, 337];
const nameLength = 100;
const checksumAt = 148;
const checksumLength = 8;

/** Where the name ends; 0 when it is not printable ASCII with nothing but NULs behind it. */
function plainNameEnd(block: Buffer): number {
  let end = 0;
  for (; end < nameLength; end += 1) {
    const byte = block[end] ?? 0;
    if (byte === 0) break;
    if (byte < 0x20 || byte > 0x7e) return 0;
  }
  return isZeroBetween(block, end, nameLength) ? end : 0;
}

function isZeroBetween(block: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (block[at] !== 0) return false;
  return true;
}

/** Digits, then at least one NUL or blank and nothing else; undefined for what is written in another way. */
function octal(block: Buffer, start: number, length: number): number | undefined {
  let value = 0;
  let at = start;
  const end = start + length;
  for (; at < end; at += 1) {
    const digit = (block[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  if (at === start || at === end) return undefined;
  for (; at < end; at += 1) if (block[at] !== 0 && block[at] !== 0x20) return undefined;
  return value;
}

/** The sum of all bytes, with those of the checksum itself taken for blanks. */
function checksumOf(block: Buffer): number {
  let sum = checksumLength * 0x20;
  for (let at = 0; at < checksumAt; at += 1) sum += block[at] ?? 0;
  for (let at = checksumAt + checksumLength; at < block.length; at += 1) sum += block[at] ?? 0;
  return sum;
}
