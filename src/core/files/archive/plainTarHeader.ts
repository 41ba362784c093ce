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
  if (block.compare(zeros, 0, prefixLength, prefixAt, prefixAt + prefixLength) !== 0) return undefined;
  const path = plainName(block);
  if (path === undefined || (path.endsWith('/') && !isDirectory)) return undefined;
  const size = octal(block, 124, 136);
  const mode = octal(block, 100, 108);
  if (size === undefined || mode === undefined || (isDirectory && size !== 0)) return undefined;
  if (octal(block, checksumAt, checksumEnd) !== checksumOf(block)) return undefined;
  return { kind: isDirectory ? 'directory' : 'file', path, size, executable: (mode & 0o100) !== 0 };
}

const typeAt = 156;
const fileType = 0x30;
const directoryType = 0x35;
const posixMagic = 'ustar\x0000';
const gnuMagic = 'ustar  \0';
/** Owner, group, time and device: not used here. */
const numbersAt = [108, 116, 136, 329, 337];
const nameLength = 100;
const prefixAt = 345;
const prefixLength = 155;
const checksumAt = 148;
const checksumEnd = 156;
const zeros = Buffer.alloc(prefixLength);

/** Undefined when it is not printable ASCII with nothing but NULs behind it. */
function plainName(block: Buffer): string | undefined {
  const [, name] = /^([ -~]+)\0+$/.exec(block.toString('latin1', 0, nameLength)) ?? [];
  return name;
}

/** Digits, then at least one NUL or blank and nothing else; undefined for what is written in another way. */
function octal(block: Buffer, start: number, end: number): number | undefined {
  const text = block.toString('latin1', start, end);
  return /^[0-7]+[\0 ]+$/.test(text) ? parseInt(text, 8) : undefined;
}

/** The sum of all bytes, with those of the checksum itself taken for blanks. */
function checksumOf(block: Buffer): number {
  let sum = 0;
  for (let at = 0; at < block.length; at += 1) sum += block[at] ?? 0;
  for (let at = checksumAt; at < checksumEnd; at += 1) sum += 0x20 - (block[at] ?? 0);
  return sum;
}
