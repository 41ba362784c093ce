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
  const ahead = flushingAhead(fileSystem, '/staging');

  ahead.written(23 * megabyte);
  expect(flushed).toEqual([]);
  ahead.written(megabyte);
  expect(flushed).toEqual(['/staging']);
  ahead.written(30 * megabyte);
  expect(flushed).toHaveLength(1);

  finish();
  await setImmediate();
  ahead.written(1);
  expect(flushed).toHaveLength(2);
});

it('begins with the rest when nothing follows, where that is worth a process', () => {
  let flushes = 0;
  const flushAhead = () => Promise.resolve(void (flushes += 1));
  const ahead = flushingAhead({ ...nodeFileSystem, flushAhead }, '/staging');
  ahead.written(megabyte / 2);
  ahead.end();
  expect(flushes).toBe(0);
  ahead.written(megabyte);
  ahead.end();
  expect(flushes).toBe(1);
});
