import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FilesByPath } from '../../../src/core/files/filesByPath';

const path = fc.constantFrom(...'abcdefgh');

it('answers as a map does, in whatever order it is asked', () => {
  fc.assert(
    fc.property(fc.uniqueArray(path), fc.array(path, { maxLength: 40 }), (paths, asked) => {
      const list = paths.map((name) => ({ path: name, size: name.charCodeAt(0) }));
      const files = new FilesByPath(list);
      const map = new Map(list.map((file) => [file.path, file]));
      expect(files.size).toBe(map.size);
      for (const name of asked) {
        expect(files.get(name)).toBe(map.get(name));
        expect(files.has(name)).toBe(map.has(name));
      }
    }),
  );
});

it('looks at each file once when asked in order, time and again', () => {
  let reads = 0;
  const list = Array.from({ length: 100 }, (_, row) => ({
    get path() {
      reads += 1;
      return `content/${row}.md`;
    },
  }));
  const files = new FilesByPath(list);
  for (let round = 0; round < 3; round += 1)
    for (let row = 0; row < 100; row += 1) expect(files.has(`content/${row}.md`)).toBe(true);
  expect(reads).toBe(300);
});
