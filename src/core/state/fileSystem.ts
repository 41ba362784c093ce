import { execFile } from 'node:child_process';
import * as blocking from 'node:fs';
import type { Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { promisify } from 'node:util';
import { breather } from '../disk/breathe';
import { errnoOf } from '../syncError';
import { inGroups } from './inGroups';

/**
 * The calls to the file system that state and journaled writing are made of. It is one object so that a test can stop a
 * run after every single call. Paths are absolute. Errors are Node.js' own: the caller wraps them, since it knows the task.
 */
export interface FileSystem {
  /** What is at the path itself (a link is not followed); undefined when there is nothing. */
  readonly lstat: (path: string) => Promise<Stats | undefined>;
  readonly realpath: (path: string) => Promise<string>;
  readonly readFile: (path: string) => Promise<Buffer>;
  /** Names in a folder; empty when the folder does not exist. */
  readonly list: (path: string) => Promise<string[]>;
  /** Creates one folder level; false when something is already there. */
  readonly makeDirectory: (path: string, mode: number) => Promise<boolean>;
  /**
   * Writes a file that must not exist yet, and flushes it to the disk.
   * @param mode permission bits; the process' umask applies unless `exact`
   */
  readonly createFile: (path: string, data: Uint8Array, mode: number, exact?: boolean) => Promise<void>;
  /** As `createFile`, and not flushed: `syncFiles` does that for many of them. */
  readonly createUnflushed: (path: string, data: Uint8Array, mode: number, exact?: boolean) => Promise<void>;
  /** Adds to a file, which is created with mode 0600; not flushed. */
  readonly appendFile: (path: string, data: Uint8Array) => Promise<void>;
  /** Replaces the first bytes of a file that exists; never creates one. Not flushed. */
  readonly overwrite: (path: string, data: Uint8Array) => Promise<void>;
  readonly syncFile: (path: string) => Promise<void>;
  /** Flushes files that lie in one folder, or in folders of it, and the lists of names of all these folders. */
  readonly syncFiles: (folder: string, paths: readonly string[]) => Promise<void>;
  /** Flushes what was written on the folder's volume until now, where that can be done at once; false where it cannot. */
  readonly flushVolume: (folder: string) => Promise<boolean>;
  readonly syncDirectory: (path: string) => Promise<void>;
  /** Flushes folders that lie on one volume. */
  readonly syncDirectories: (paths: readonly string[]) => Promise<void>;
  /** Permission bits, whatever the umask. */
  readonly chmod: (path: string, mode: number) => Promise<void>;
  readonly link: (existing: string, path: string) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  /** Removes a file; nothing happens when there is none. */
  readonly unlink: (path: string) => Promise<void>;
  /** Removes an empty folder; nothing happens when there is none, or when it is not empty. */
  readonly removeEmptyDirectory: (path: string) => Promise<void>;
  readonly removeTree: (path: string) => Promise<void>;
}

export const nodeFileSystem: FileSystem = {
  lstat,
  realpath: (path) => fs.realpath(path),
  readFile,
  list: (path) =>
    unless(
      ['ENOENT'],
      soon(() => blocking.readdirSync(path)),
      [],
    ),
  makeDirectory: (path, mode) =>
    unless(
      ['EEXIST'],
      soon(() => blocking.mkdirSync(path, { mode })).then(() => true),
      false,
    ),
  createFile: (path, data, mode, exact = false) => createFile(path, data, { mode, exact, flush: true }),
  createUnflushed,
  appendFile: (path, data) => fs.appendFile(path, data, { mode: 0o600 }),
  overwrite,
  syncFile,
  syncFiles,
  flushVolume: syncVolume,
  syncDirectory,
  syncDirectories,
  chmod: (path, mode) => soon(() => blocking.chmodSync(path, mode)),
  link: (existing, path) => soon(() => blocking.linkSync(existing, path)),
  rename: (from, to) => soon(() => blocking.renameSync(from, to)),
  unlink: (path) => soon(() => unlinkIfThere(path)),
  removeEmptyDirectory: (path) => unless(['ENOENT', 'ENOTEMPTY', 'EEXIST'], fs.rmdir(path), undefined),
  removeTree,
};

/** Of one call; what is larger goes through the thread pool. */
const maxBlockingBytes = 1024 * 1024;
/** A pipe in a file's place must not hang the whole process; Windows does not know the flag. */
const readFlags = blocking.constants.O_RDONLY | (blocking.constants.O_NONBLOCK ?? 0);
const breathe = breather(undefined);

/** What takes microseconds costs several times as much through the thread pool. After a slice of them others have their turn. */
async function soon<T>(call: () => T): Promise<T> {
  const pause = breathe();
  if (pause) await pause;
  return call();
}

async function unless<T>(codes: readonly string[], call: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (codes.includes(errnoOf(error) ?? '')) return otherwise;
    throw error;
  }
}

function lstat(path: string): Promise<Stats | undefined> {
  const look = soon(() => blocking.lstatSync(path, { throwIfNoEntry: false }));
  return unless(['ENOENT', 'ENOTDIR'], look, undefined);
}

async function readFile(path: string): Promise<Buffer> {
  const small = await soon(() => {
    const descriptor = blocking.openSync(path, readFlags);
    try {
      return blocking.fstatSync(descriptor).size > maxBlockingBytes
        ? undefined
        : blocking.readFileSync(descriptor);
    } finally {
      blocking.closeSync(descriptor);
    }
  });
  return small ?? fs.readFile(path);
}

function createUnflushed(path: string, data: Uint8Array, mode: number, exact = false): Promise<void> {
  if (data.length > maxBlockingBytes) return createFile(path, data, { mode, exact, flush: false });
  return soon(() => {
    const descriptor = blocking.openSync(path, 'wx', mode);
    try {
      blocking.writeFileSync(descriptor, data);
      if (exact) blocking.fchmodSync(descriptor, mode);
    } finally {
      blocking.closeSync(descriptor);
    }
  });
}

/** Staging folders are flat and full of small files; what is neither a file nor a folder by then is left to Node.js. */
async function removeTree(path: string): Promise<void> {
  if ((await lstat(path))?.isDirectory()) {
    for (const entry of await unless(['ENOENT'], fs.readdir(path, { withFileTypes: true }), [])) {
      if (!entry.isFile()) continue;
      const pause = breathe();
      if (pause) await pause;
      unlinkIfThere(path + sep + entry.name);
    }
  }
  await fs.rm(path, { recursive: true, force: true });
}

function unlinkIfThere(path: string): void {
  try {
    blocking.unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

interface CreateOptions {
  readonly mode: number;
  readonly exact: boolean;
  readonly flush: boolean;
}

async function createFile(
  path: string,
  data: Uint8Array,
  { mode, exact, flush }: CreateOptions,
): Promise<void> {
  const handle = await fs.open(path, 'wx', mode);
  try {
    await handle.writeFile(data);
    if (exact) await handle.chmod(mode);
    if (flush) await handle.sync();
  } finally {
    await handle.close();
  }
}

async function overwrite(path: string, data: Uint8Array): Promise<void> {
  const handle = await fs.open(path, 'r+');
  try {
    await handle.write(data, 0, data.length, 0);
  } finally {
    await handle.close();
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await fs.open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** From here on, flushing the whole volume once is faster than each file for itself. */
const manyFiles = 32;
const run = promisify(execFile);

async function syncFiles(folder: string, paths: readonly string[]): Promise<void> {
  if (paths.length >= manyFiles && (await syncVolume(folder))) return;
  await inGroups(paths, syncFile);
  const folders = new Set(paths.map((path) => dirname(path)));
  for (const one of folders.add(folder)) await syncDirectory(one);
}

async function syncDirectories(paths: readonly string[]): Promise<void> {
  const [first] = paths;
  if (first !== undefined && paths.length >= manyFiles && (await syncVolume(first))) return;
  for (const path of paths) await syncDirectory(path);
}

/** Node.js has no `syncfs`; the program of coreutils is a thin one. @returns false where there is none, or it cannot */
async function syncVolume(folder: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  try {
    await run('/bin/sync', ['-f', folder]);
    return true;
  } catch {
    return false;
  }
}

/** Windows cannot open folders, and some network file systems cannot flush them: there the rename itself has to do. A folder that is gone needs none. */
async function syncDirectory(path: string): Promise<void> {
  const unable = ['ENOENT', 'EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF'];
  const handle = await unless<fs.FileHandle | undefined>(unable, fs.open(path, 'r'), undefined);
  try {
    if (handle) await unless(unable, handle.sync(), undefined);
  } finally {
    await handle?.close();
  }
}
