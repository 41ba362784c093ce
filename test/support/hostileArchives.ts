import { gzipSync } from 'node:zlib';

import type { ArchiveRule } from '../../src/core/files/archive/archiveRule';

/** An archive that must be refused whole, and the rule by which. */
export interface HostileArchive {
  readonly name: string;
  readonly rule: ArchiveRule;
  readonly bytes: () => Buffer;
}

export interface RawEntry {
  readonly name: string | Buffer;
  /** The type flag; '0' when absent. */
  readonly type?: string;
  readonly content?: string | Buffer;
  /** What the header claims, when it is not the content's length: a number, or the field's raw bytes. */
  readonly size?: number | Buffer;
  readonly link?: string;
  readonly prefix?: string;
  readonly mode?: number;
  readonly checksum?: number;
}

const blockBytes = 512;
export const endOfArchive = Buffer.alloc(2 * blockBytes);

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes)]);
}

/** One tar entry with exactly the bytes that are asked for, sane or not. */
export function rawEntry(entry: RawEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  const block = Buffer.alloc(blockBytes);
  Buffer.from(entry.name).copy(block, 0, 0, 100);
  block.write(`${(entry.mode ?? 0o644).toString(8).padStart(7, '0')}\0`, 100, 'latin1');
  block.write('0000000\0', 108, 'latin1');
  block.write('0000000\0', 116, 'latin1');
  const size = entry.size ?? content.length;
  if (Buffer.isBuffer(size)) size.copy(block, 124, 0, 12);
  else block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  block.write('00000000000\0', 136, 'latin1');
  block.write(entry.type ?? '0', 156, 'latin1');
  block.write(entry.link ?? '', 157, 'utf8');
  block.write('ustar\x0000', 257, 'latin1');
  block.write(entry.prefix ?? '', 345, 'utf8');
  block.fill(0x20, 148, 156);
  const sum = entry.checksum ?? block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([block, padded(content)]);
}

export function rawTar(...entries: readonly RawEntry[]): Buffer {
  return Buffer.concat([...entries.map(rawEntry), endOfArchive]);
}

export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (String(length).length + Buffer.byteLength(rest) !== length) length += 1;
  return `${length}${rest}`;
}

const good: RawEntry = { name: 'content/good.md', content: 'good\n' };
const file = (name: string | Buffer): RawEntry => ({ name, content: 'x' });
const pax = (...records: readonly string[]): RawEntry => ({
  name: 'PaxHeader/x',
  type: 'x',
  content: records.join(''),
});
const longName = (name: string): RawEntry => ({ name: '././@LongLink', type: 'L', content: `${name}\0` });

/** The good entry first: whoever writes as they read leaves it behind. */
const tarred =
  (...entries: readonly RawEntry[]): (() => Buffer) =>
  () =>
    gzipSync(rawTar(good, ...entries));

const paths: readonly (readonly [string, ArchiveRule, string | Buffer])[] = [
  ['an absolute path', 'absolute', '/content/a.md'],
  ['a path that climbs', 'parent', '../a.md'],
  ['a path that climbs in the middle', 'parent', 'content/../../a.md'],
  ['a path that climbs at its end', 'parent', 'content/a/..'],
  ['a path that climbs after ./', 'parent', './../a.md'],
  ['a drive letter', 'driveLetter', 'C:/content/a.md'],
  ['a path relative to a drive', 'driveLetter', 'C:..a.md'],
  ['a UNC path', 'absolute', '//server/share/a.md'],
  ['a UNC path with backslashes', 'backslash', '\\\\server\\share\\a.md'],
  ['a backslash that climbs', 'backslash', 'content/..\\..\\a.md'],
  ['a NUL with a second name behind it', 'control', Buffer.from('content/a.md\0/../../b.md')],
  ['a line break', 'control', 'content/a\nb.md'],
  ['an escape sequence', 'control', 'content/a\x1b[2Jb.md'],
  ['a delete character', 'control', 'content/a\x7fb.md'],
  ['a C1 control character', 'control', 'content/a\u0085b.md'],
  ['a right-to-left override', 'bidi', 'content/a\u202egpj.md'],
  ['a bidirectional isolate', 'bidi', 'content/a\u2066b.md'],
  ['a zero-width blank', 'bidi', 'content/a\u200bb.md'],
  ['a byte order mark in a name', 'bidi', 'content/\ufeffa.md'],
  ['a line separator', 'bidi', 'content/a\u2028b.md'],
  ['bytes that are no UTF-8', 'encoding', Buffer.from([0x63, 0x2f, 0xff, 0xfe, 0x61])],
  ['an overlong encoding of ..', 'encoding', Buffer.from([0x63, 0x2f, 0xc0, 0xae, 0xc0, 0xae, 0x2f, 0x61])],
  ['a trailing dot', 'trailingDotOrSpace', 'content/a.md.'],
  ['a trailing blank', 'trailingDotOrSpace', 'content/a.md '],
  ['a directory with a trailing dot', 'trailingDotOrSpace', 'content/a./b.md'],
  ['three dots', 'trailingDotOrSpace', 'content/.../a.md'],
  ['the device CON', 'reservedName', 'content/CON'],
  ['a device with an extension', 'reservedName', 'content/aux.md'],
  ['a device with a blank', 'reservedName', 'content/nul .md'],
  ['a device as directory', 'reservedName', 'content/com1/a.md'],
  ['a device with a superscript digit', 'reservedName', 'content/LPT¹.md'],
  ['an alternate data stream', 'character', 'content/a.md:hidden'],
  ['a wildcard', 'character', 'content/*.md'],
  ['an empty component', 'component', 'content//a.md'],
  ['a dot component', 'component', 'content/./a.md'],
  ['no name', 'emptyPath', ''],
  ['a directory for a name, with content', 'header', './'],
];

const gzipped = (): Buffer => gzipSync(rawTar(good));
const overwritten = (bytes: Buffer, offset: number, value: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[offset < 0 ? copy.length + offset : offset] = value;
  return copy;
};

const others: readonly HostileArchive[] = [
  {
    name: 'a symbolic link',
    rule: 'entryType',
    bytes: tarred({ name: 'content/l', type: '2', link: '/etc' }),
  },
  {
    name: 'a chain of links with a file through it',
    rule: 'entryType',
    bytes: tarred(
      { name: 'content/a', type: '2', link: '..' },
      { name: 'content/a/b', type: '2', link: '..' },
      file('content/a/b/c'),
    ),
  },
  {
    name: 'a hard link',
    rule: 'entryType',
    bytes: tarred({ name: 'content/h', type: '1', link: 'content/good.md' }),
  },
  { name: 'a character device', rule: 'entryType', bytes: tarred({ name: 'content/d', type: '3' }) },
  { name: 'a block device', rule: 'entryType', bytes: tarred({ name: 'content/d', type: '4' }) },
  { name: 'a named pipe', rule: 'entryType', bytes: tarred({ name: 'content/p', type: '6' }) },
  { name: 'a contiguous file', rule: 'entryType', bytes: tarred({ name: 'content/c', type: '7' }) },
  { name: 'a GNU sparse file', rule: 'entryType', bytes: tarred({ name: 'content/s', type: 'S' }) },
  {
    name: 'a GNU long link name',
    rule: 'entryType',
    bytes: tarred({ name: 'x', type: 'K', content: 'y\0' }),
  },
  { name: 'a GNU multi-volume entry', rule: 'entryType', bytes: tarred({ name: 'content/m', type: 'M' }) },
  { name: 'an entry of an unknown type', rule: 'entryType', bytes: tarred({ name: 'content/z', type: 'z' }) },
  {
    name: 'a global extended header',
    rule: 'entryType',
    bytes: tarred(
      { name: 'g', type: 'g', content: paxRecord('path', 'content/other.md') },
      file('content/a.md'),
    ),
  },
  {
    name: 'a path override that climbs',
    rule: 'parent',
    bytes: tarred(pax(paxRecord('path', '../../a.md')), file('content/a.md')),
  },
  {
    name: 'a path override with a NUL',
    rule: 'control',
    bytes: tarred(pax(paxRecord('path', 'content/a.md\0.png')), file('content/a.md')),
  },
  {
    name: 'a size override',
    rule: 'extendedHeader',
    bytes: tarred(pax(paxRecord('size', '4096')), file('content/a.md')),
  },
  {
    name: 'a sparse map in an extended header',
    rule: 'extendedHeader',
    bytes: tarred(pax(paxRecord('GNU.sparse.major', '1')), file('content/a.md')),
  },
  {
    name: 'a link target in an extended header',
    rule: 'extendedHeader',
    bytes: tarred(pax(paxRecord('linkpath', '/etc/passwd')), file('content/a.md')),
  },
  {
    name: 'the same key twice in an extended header',
    rule: 'extendedHeader',
    bytes: tarred(pax(paxRecord('path', 'content/a.md'), paxRecord('path', '../b.md')), file('content/a.md')),
  },
  {
    name: 'a record with a wrong length',
    rule: 'extendedHeader',
    bytes: tarred(pax('99 path=content/a.md\n'), file('content/a.md')),
  },
  {
    name: 'a GNU long name that climbs',
    rule: 'parent',
    bytes: tarred(longName(`${'../'.repeat(20)}${'etc'.repeat(30)}/x`), file('content/a.md')),
  },
  {
    name: 'a GNU long name with a NUL inside',
    rule: 'control',
    bytes: tarred(longName('content/a.md\0/../b'), file('content/a.md')),
  },
  {
    name: 'a long name and an extended header for one entry',
    rule: 'extendedHeader',
    bytes: tarred(longName('content/one.md'), pax(paxRecord('path', 'content/two.md')), file('content/a.md')),
  },
  {
    name: 'an extended header without an entry',
    rule: 'extendedHeader',
    bytes: tarred(pax(paxRecord('path', 'content/a'))),
  },
  {
    name: 'an extended header of a megabyte',
    rule: 'extendedHeader',
    bytes: tarred({ name: 'x', type: 'x', content: Buffer.alloc(1024 * 1024, 0x61) }, file('content/a.md')),
  },
  {
    name: 'a name in prefix and name field that climbs',
    rule: 'parent',
    bytes: tarred({ name: 'a.md', prefix: 'content/../..', content: 'x' }),
  },
  {
    name: 'a negative size',
    rule: 'header',
    bytes: tarred({ name: 'content/a.md', size: Buffer.alloc(12, 0xff), content: 'x' }),
  },
  {
    name: 'a size beyond all integers',
    rule: 'header',
    bytes: tarred({
      name: 'content/a.md',
      size: Buffer.concat([Buffer.from([0x80]), Buffer.alloc(11, 0xff)]),
    }),
  },
  {
    name: 'a size that is no number',
    rule: 'header',
    bytes: tarred({ name: 'content/a.md', size: Buffer.from('12345x78901\0'), content: 'x' }),
  },
  {
    name: 'a file of eight gigabytes',
    rule: 'entrySize',
    bytes: tarred({ name: 'content/a.md', size: 8 * 1024 ** 3 - 1 }),
  },
  {
    name: 'a directory with content',
    rule: 'header',
    bytes: tarred({ name: 'content/d/', type: '5', content: rawEntry(file('content/hidden.md')) }),
  },
  {
    name: 'a wrong header checksum',
    rule: 'header',
    bytes: tarred({ name: 'content/a.md', content: 'x', checksum: 1234 }),
  },
  {
    name: 'the same path twice',
    rule: 'duplicate',
    bytes: tarred(file('content/a.md'), file('content/a.md')),
  },
  {
    name: 'the same path twice, once with ./',
    rule: 'duplicate',
    bytes: tarred(file('content/a.md'), file('./content/a.md')),
  },
  { name: 'twins by letter case', rule: 'twin', bytes: tarred(file('content/a.md'), file('content/A.md')) },
  {
    name: 'twins by Unicode form',
    rule: 'twin',
    bytes: tarred(file('content/caf\u00e9.md'), file('content/cafe\u0301.md')),
  },
  {
    name: 'twins by case folding',
    rule: 'twin',
    bytes: tarred(file('content/straße.md'), file('content/STRASSE.md')),
  },
  { name: 'twin directories', rule: 'twin', bytes: tarred(file('content/a/1.md'), file('content/A/2.md')) },
  {
    name: 'a file and then a directory of its name',
    rule: 'fileAndDirectory',
    bytes: tarred(file('content/a'), file('content/a/b.md')),
  },
  {
    name: 'a directory and then a file of its name',
    rule: 'fileAndDirectory',
    bytes: tarred(file('content/a/b.md'), file('content/a')),
  },
  {
    name: 'a path of two thousand bytes',
    rule: 'pathLength',
    bytes: tarred(longName(`content/${'a/'.repeat(1000)}b`), file('x')),
  },
  {
    name: 'a name of 256 bytes',
    rule: 'pathLength',
    bytes: tarred(longName(`content/${'a'.repeat(256)}`), file('x')),
  },
  { name: 'forty directories deep', rule: 'pathLength', bytes: tarred(file(`content/${'a/'.repeat(40)}b`)) },
  { name: 'an empty body', rule: 'truncated', bytes: () => Buffer.alloc(0) },
  { name: 'a plain tar', rule: 'notGzip', bytes: () => rawTar(good) },
  { name: 'HTML', rule: 'notGzip', bytes: () => Buffer.from('<!doctype html><title>502</title>') },
  { name: 'a gzip header alone', rule: 'truncated', bytes: () => gzipped().subarray(0, 10) },
  {
    name: 'a gzip header of a megabyte',
    rule: 'gzipHeader',
    bytes: () => {
      const member = gzipped();
      return Buffer.concat([
        overwritten(member.subarray(0, 10), 3, 8),
        Buffer.alloc(1024 * 1024, 0x61),
        member.subarray(10),
      ]);
    },
  },
  { name: 'unknown gzip flags', rule: 'gzipHeader', bytes: () => overwritten(gzipped(), 3, 0x20) },
  { name: 'an unknown gzip method', rule: 'gzipHeader', bytes: () => overwritten(gzipped(), 2, 7) },
  { name: 'a body cut in the middle', rule: 'truncated', bytes: () => gzipped().subarray(0, 60) },
  { name: 'a body without its checksum', rule: 'truncated', bytes: () => gzipped().subarray(0, -8) },
  {
    name: 'a wrong gzip checksum',
    rule: 'checksum',
    bytes: () => overwritten(gzipped(), -8, gzipped().at(-8)! ^ 1),
  },
  { name: 'a wrong gzip length', rule: 'checksum', bytes: () => overwritten(gzipped(), -1, 1) },
  { name: 'a damaged block', rule: 'corrupt', bytes: () => overwritten(gzipped(), 10, 0xff) },
  {
    name: 'junk behind the gzip data',
    rule: 'trailingData',
    bytes: () => Buffer.concat([gzipped(), Buffer.from('junk')]),
  },
  {
    name: 'a second gzip member',
    rule: 'severalMembers',
    bytes: () => Buffer.concat([gzipped(), gzipped()]),
  },
  { name: 'a tar without its end', rule: 'truncated', bytes: () => gzipSync(rawEntry(good)) },
  {
    name: 'a tar cut inside a file',
    rule: 'truncated',
    bytes: () => gzipSync(rawTar(good).subarray(0, 514)),
  },
  {
    name: 'only one block at the end',
    rule: 'truncated',
    bytes: () => gzipSync(rawTar(good).subarray(0, -512)),
  },
  { name: 'no tar at all', rule: 'header', bytes: () => gzipSync(Buffer.alloc(4096, 0x61)) },
  {
    name: 'a second archive behind the end',
    rule: 'trailingData',
    bytes: () => gzipSync(Buffer.concat([rawTar(good), rawTar(file('content/b.md'))])),
  },
  {
    name: 'an entry between the two end blocks',
    rule: 'trailingData',
    bytes: () =>
      gzipSync(
        Buffer.concat([rawEntry(good), Buffer.alloc(512), rawEntry(file('content/b.md')), endOfArchive]),
      ),
  },
  {
    name: 'a bomb by ratio',
    rule: 'ratio',
    bytes: () => gzipSync(rawTar(good, { name: 'content/zeros', content: Buffer.alloc(64 * 1024 * 1024) })),
  },
  {
    name: 'a bomb of end blocks',
    rule: 'ratio',
    bytes: () => gzipSync(Buffer.concat([rawTar(good), Buffer.alloc(64 * 1024 * 1024)])),
  },
  {
    name: 'a bomb inside a bomb',
    rule: 'ratio',
    bytes: () =>
      gzipSync(
        rawTar(
          good,
          { name: 'content/inner.gz', content: gzipSync(Buffer.alloc(64 * 1024 * 1024)) },
          { name: 'content/outer', content: Buffer.alloc(32 * 1024 * 1024) },
        ),
      ),
  },
  {
    name: 'more entries than the limit',
    rule: 'entryCount',
    bytes: () => {
      const directory = rawEntry({ name: 'content/', type: '5' });
      return gzipSync(Buffer.concat([...Array.from({ length: 100_001 }, () => directory), endOfArchive]), {
        level: 1,
      });
    },
  },
];

export const hostileArchives: readonly HostileArchive[] = [
  ...paths.map(([name, rule, path]) => ({ name, rule, bytes: tarred(file(path)) })),
  ...others,
];
