import { nodeFileSystem, type FileSystem } from '../../../src/core/state/fileSystem';

export class Crash extends Error {}

export interface CrashPlan {
  /** The call the process dies at: its number, from 1, or the first that has this name and path among its arguments. */
  readonly at: number | { readonly call: keyof FileSystem; readonly path: string };
  /** The call was not begun, was carried out as a whole, or (where bytes are written) as to its first half. */
  readonly moment: 'before' | 'after' | 'half';
}

/** The real file system for a process that dies at a call: that call, and all after it, fail. */
export function crashingFileSystem({
  at,
  moment,
}: CrashPlan): FileSystem & { calls(): number; died(): boolean } {
  let calls = 0;
  let dead = false;
  const isLast = (name: string, args: unknown[]) =>
    typeof at === 'number' ? calls === at : name === at.call && args.includes(at.path);
  const dying = <A extends unknown[], R>(
    name: keyof FileSystem,
    call: (...args: A) => Promise<R>,
    half: (...args: A) => Promise<unknown> = async () => undefined,
  ) => {
    return async (...args: A): Promise<R> => {
      if (dead) throw new Crash('dead');
      calls += 1;
      dead = isLast(name, args);
      if (!dead) return call(...args);
      if (moment === 'after') await call(...args);
      if (moment === 'half') await half(...args);
      throw new Crash(`call ${calls}`);
    };
  };
  const fs = nodeFileSystem;
  return {
    calls: () => calls,
    died: () => dead,
    lstat: dying('lstat', fs.lstat),
    realpath: dying('realpath', fs.realpath),
    readFile: dying('readFile', fs.readFile),
    list: dying('list', fs.list),
    makeDirectory: dying('makeDirectory', fs.makeDirectory),
    createFile: dying('createFile', fs.createFile, (path, data, mode) =>
      fs.createFile(path, data.subarray(0, data.length / 2), mode),
    ),
    createUnflushed: dying('createUnflushed', fs.createUnflushed, (path, data, mode) =>
      fs.createUnflushed(path, data.subarray(0, data.length / 2), mode),
    ),
    appendFile: dying('appendFile', fs.appendFile, (path, data) =>
      fs.appendFile(path, data.subarray(0, data.length / 2)),
    ),
    overwrite: dying('overwrite', fs.overwrite, (path, data) =>
      fs.overwrite(path, data.subarray(0, data.length / 2)),
    ),
    syncFile: dying('syncFile', fs.syncFile),
    syncFiles: dying('syncFiles', fs.syncFiles),
    flushVolume: dying('flushVolume', fs.flushVolume),
    syncDirectory: dying('syncDirectory', fs.syncDirectory),
    syncDirectories: dying('syncDirectories', fs.syncDirectories),
    chmod: dying('chmod', fs.chmod),
    link: dying('link', fs.link),
    rename: dying('rename', fs.rename),
    unlink: dying('unlink', fs.unlink),
    removeEmptyDirectory: dying('removeEmptyDirectory', fs.removeEmptyDirectory),
    removeTree: dying('removeTree', fs.removeTree),
  };
}
