import fc from 'fast-check';
import { Header } from 'tar';
import { expect, it } from 'vitest';
import { readPlainHeader } from '../../../../src/core/files/archive/plainTarHeader';
import { readAnyHeader } from '../../../../src/core/files/archive/tarHeader';

const entries = fc.record({
  path: fc.oneof(
    fc.stringMatching(/^[a-z/._-]{1,99}$/),
    fc.string({ unit: fc.constantFrom(...'aZ/. é\u007f'), minLength: 1, maxLength: 120 }),
  ),
  size: fc.oneof(fc.constant(0), fc.nat()),
  mode: fc.constantFrom(0o644, 0o755, 0o100, 0),
  type: fc.constantFrom('File', 'OldFile', 'Directory', 'SymbolicLink', 'ExtendedHeader'),
  /** As GNU tar writes it, with a blank where POSIX has a NUL. */
  gnu: fc.boolean(),
});
const damages = fc.array(
  fc.record({
    at: fc.nat({ max: 511 }),
    byte: fc.oneof(fc.constantFrom(0, 0x20, 0x30, 0x37, 0x80), fc.nat(255)),
  }),
  { maxLength: 3 },
);

it('reads a header as the codec does, or leaves it to the codec', () => {
  let plain = 0;
  fc.assert(
    fc.property(entries, damages, fc.boolean(), ({ gnu, ...entry }, damaged, repaired) => {
      const block = headerOf(entry);
      if (gnu) block.write('ustar  \0', 257, 'latin1');
      for (const { at, byte } of damaged) block[at] = byte;
      if (gnu || repaired) repair(block);
      const header = readPlainHeader(block);
      if (header === undefined) return;
      plain += 1;
      expect(header).toEqual(readAnyHeader(block, Header));
    }),
    { numRuns: 20_000 },
  );
  expect(plain).toBeGreaterThan(1_000);
});

it.each(['File', 'Directory'] as const)('knows a %s with a short name', (type) => {
  const path = type === 'File' ? 'content/d1/1.md' : 'content/d1/';
  const block = headerOf({ path, size: type === 'File' ? 12 : 0, mode: 0o755, type });
  expect(readPlainHeader(block)).toEqual({
    kind: type.toLowerCase(),
    path,
    size: type === 'File' ? 12 : 0,
    executable: true,
  });
});

function headerOf(entry: ConstructorParameters<typeof Header>[0]): Buffer {
  const block = Buffer.alloc(512);
  new Header(entry).encode(block);
  return block;
}

/** Makes the checksum right. */
function repair(block: Buffer): void {
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}
