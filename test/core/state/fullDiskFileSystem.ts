import { nodeFileSystem, type FileSystem } from '../../../src/core/state/fileSystem';

/** The calls that need room on the disk. */
const takesRoom = [
  'makeDirectory',
  'createFile',
  'createUnflushed',
  'appendFile',
  'overwrite',
  'link',
  'rename',
] as const;

/**
 * The real file system on a disk that is full (a stand-in: filling a real one takes a mount). Bytes are written to their
 * first half, as a disk does that runs out of room in the middle.
 *
 * @param at number, from 1, of the call that finds no room
 * @param lasting every later call that needs room fails too; else somebody made room at once
 */
export function fullDisk(at: number, lasting: boolean): FileSystem & { wasFull(): boolean } {
  let calls = 0;
  const isFull = () => {
    calls += 1;
    return lasting ? calls >= at : calls === at;
  };
  const fs = nodeFileSystem;
  const limited: Partial<Record<keyof FileSystem, unknown>> = {};
  for (const name of takesRoom) {
    limited[name] = async (...args: unknown[]): Promise<unknown> => {
      const call = fs[name] as (...all: unknown[]) => Promise<unknown>;
      if (!isFull()) return call(...args);
      const [path, data, ...others] = args;
      if (data instanceof Uint8Array) await call(path, data.subarray(0, data.length / 2), ...others);
      throw Object.assign(new Error(`ENOSPC: no space left on device, ${name}`), { code: 'ENOSPC' });
    };
  }
  return { ...fs, ...(limited as Partial<FileSystem>), wasFull: () => calls >= at };
}
