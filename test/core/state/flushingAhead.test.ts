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
    flushVolume: (folder: string) => {
      flushed.push(folder);
      return new Promise<boolean>((resolve) => (finish = () => resolve(true)));
    },
  };
  const ahead = flushingAhead(fileSystem, '/staging');

  ahead.written(31 * megabyte);
  expect(flushed).toEqual([]);
  ahead.written(megabyte);
  expect(flushed).toEqual(['/staging']);
  ahead.written(40 * megabyte);
  expect(flushed).toHaveLength(1);

  finish();
  await setImmediate();
  ahead.written(1);
  expect(flushed).toHaveLength(2);
});

it('begins with the rest when nothing follows, where that is worth a process, and says whether it is done', async () => {
  const answers = [() => Promise.resolve(true), () => Promise.reject(new Error('no such program'))];
  const flushVolume = () => answers.shift()?.() ?? Promise.resolve(true);
  const ahead = flushingAhead({ ...nodeFileSystem, flushVolume }, '/staging');
  ahead.written(megabyte / 2);
  expect(await ahead.end()).toBe(false);
  expect(answers).toHaveLength(2);
  ahead.written(megabyte);
  expect(await ahead.end()).toBe(true);
  ahead.written(megabyte);
  expect(await ahead.end()).toBe(false);
  expect(answers).toHaveLength(0);
});

it('flushes once more at the end, when one is under way that may have begun before the last file', async () => {
  let begun = 0;
  const flushVolume = () => {
    begun += 1;
    return begun === 1 ? new Promise<boolean>(() => {}) : Promise.resolve(true);
  };
  const ahead = flushingAhead({ ...nodeFileSystem, flushVolume }, '/staging');
  ahead.written(40 * megabyte);
  ahead.written(megabyte);
  expect(await ahead.end()).toBe(true);
  expect(begun).toBe(2);
});
