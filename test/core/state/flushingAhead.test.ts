import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { nodeFileSystem } from '../../../src/core/state/fileSystem';
import { flushingAhead } from '../../../src/core/state/flushingAhead';

const megabyte = 1024 * 1024;

it('begins a flush whenever enough was written, one at a time', async () => {
  const flushed: string[] = [];
  let finish = (): void => {};
  const fileSystem = {
    ...nodeFileSystem,
    flushAhead: (folder: string) => {
      flushed.push(folder);
      return new Promise<void>((resolve) => (finish = resolve));
    },
  };
  const wrote = flushingAhead(fileSystem, '/staging');

  wrote(11 * megabyte);
  expect(flushed).toEqual([]);
  wrote(megabyte);
  expect(flushed).toEqual(['/staging']);
  wrote(30 * megabyte);
  expect(flushed).toHaveLength(1);

  finish();
  await setImmediate();
  wrote(1);
  expect(flushed).toHaveLength(2);
});
