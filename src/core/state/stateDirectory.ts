import { randomUUID } from 'node:crypto';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import * as z from 'zod/mini';
import { breather } from '../disk/breathe';
import { errnoOf, SyncError } from '../syncError';
import { nodeFileSystem, type FileSystem } from './fileSystem';
import { ioError } from './ioReason';
import { jsonLines, parseJsonLines } from './jsonLines';

/** What every state file holds at least, so that a later version can tell what it reads. */
export interface StateFile {
  readonly format: number;
}

/**
 * `<project>/.systemprompt/sync/`: state that every domain shares (design.md rule 2). Folders are private to the user
 * (0700), files too (0600); everything in it may be deleted. Relative paths use `/`.
 */
export interface StateDirectory {
  /** The project's root, absolute. */
  readonly projectRoot: string;
  readonly fileSystem: FileSystem;
  /** Absolute path of a part; does not look at the disk. */
  path(...parts: string[]): string;
  /**
   * Creates the folder with its parents, and returns its absolute path.
   * @throws SyncError `io`, also when a part is a symbolic link that leads out of the project
   */
  ensure(...parts: string[]): Promise<string>;
  /**
   * @returns undefined when the file does not exist
   * @throws SyncError `stateCorrupted` when it is not what `schema` describes; `io` when it cannot be read
   */
  readJson<S extends z.core.$ZodType>(file: string, schema: S): Promise<z.output<S> | undefined>;
  /**
   * As `readJson`, for a state with a long list. Its entries are parsed and checked while they are gone through, so that
   * whoever does can let others have their turn; `stateCorrupted` may come as late as then.
   *
   * @param list what the schema calls the list; to the schema, its entries are unknown
   */
  readList<S extends z.core.$ZodType, Entry>(
    file: string,
    schema: S,
    list: keyof z.output<S>,
    isEntry: (value: unknown) => value is Entry,
  ): Promise<{ readonly head: z.output<S>; readonly entries: Iterable<Entry> } | undefined>;
  /**
   * Replaces the file as a whole: a reader, and the next start after a crash, finds the old or the new one.
   * @throws SyncError `io`
   */
  writeJson<T extends StateFile>(file: string, value: T): Promise<void>;
  /** Removes a file or a folder with everything in it; nothing happens when there is none. @throws SyncError `io` */
  remove(path: string): Promise<void>;
}

/** Nothing is read or created until it is needed. */
export function openStateDirectory(
  projectRoot: string,
  fileSystem: FileSystem = nodeFileSystem,
): StateDirectory {
  const project = resolve(projectRoot);
  const root = join(project, '.systemprompt', 'sync');
  const path = (...parts: string[]) => within(root, parts);
  let keptOutOfGit = false;

  async function ensure(...parts: string[]): Promise<string> {
    const folder = path(...parts);
    try {
      await refuseEscape(fileSystem, project, folder);
      for (const level of levels(project, folder)) {
        if (await fileSystem.makeDirectory(level, 0o700)) await fileSystem.syncDirectory(dirname(level));
      }
      await keepOutOfGit();
      return folder;
    } catch (error) {
      throw ioError(`Could not create ${folder}`, error);
    }
  }

  async function keepOutOfGit(): Promise<void> {
    if (keptOutOfGit) return;
    const ignoreFile = join(root, '.gitignore');
    if (!(await fileSystem.lstat(ignoreFile))) {
      await fileSystem.createFile(ignoreFile, Buffer.from('*\n'), 0o600).catch(unlessThere);
    }
    keptOutOfGit = true;
  }

  async function readJson<S extends z.core.$ZodType>(
    file: string,
    schema: S,
  ): Promise<z.output<S> | undefined> {
    const bytes = await readIfThere(path(file));
    return bytes && understood(file, () => z.parse(schema, JSON.parse(bytes.toString('utf8'))));
  }

  async function readList<S extends z.core.$ZodType, Entry>(
    file: string,
    schema: S,
    list: keyof z.output<S>,
    isEntry: (value: unknown) => value is Entry,
  ): Promise<{ readonly head: z.output<S>; readonly entries: Iterable<Entry> } | undefined> {
    const bytes = await readIfThere(path(file));
    if (bytes === undefined) return undefined;
    const { head, lines } = understood(file, () => {
      const parsed = parseJsonLines(bytes);
      return { ...parsed, head: z.parse(schema, parsed.head) };
    });
    return { head, entries: checkedEntries(file, lines ?? (head[list] as Iterable<unknown>), isEntry) };
  }

  async function readIfThere(file: string): Promise<Buffer | undefined> {
    try {
      await refuseEscape(fileSystem, project, file);
      return await fileSystem.readFile(file);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw ioError(`Could not read ${file}`, error);
    }
  }

  async function writeJson<T extends StateFile>(file: string, value: T): Promise<void> {
    const target = path(file);
    const folder = await ensure(relative(root, dirname(target)));
    const temporary = join(await ensure('tmp'), `${randomUUID()}.tmp`);
    try {
      await refuseEscape(fileSystem, project, target);
      await fileSystem.createFile(temporary, await bytesOf(value), 0o600);
      await fileSystem.rename(temporary, target);
      await fileSystem.syncDirectory(folder);
    } catch (error) {
      // What cannot be removed now is swept by a later run; the first error is the one to tell about.
      await fileSystem.unlink(temporary).catch(() => undefined);
      throw ioError(`Could not write ${target}`, error);
    }
  }

  async function remove(file: string): Promise<void> {
    const target = path(file);
    try {
      await refuseEscape(fileSystem, project, dirname(target));
      await fileSystem.removeTree(target);
    } catch (error) {
      throw ioError(`Could not remove ${target}`, error);
    }
  }

  return { projectRoot: project, fileSystem, path, ensure, readJson, readList, writeJson, remove };
}

function* checkedEntries<Entry>(
  file: string,
  values: Iterable<unknown>,
  isEntry: (value: unknown) => value is Entry,
): Generator<Entry> {
  const iterator = values[Symbol.iterator]();
  for (;;) {
    const next = understood(file, () => iterator.next());
    if (next.done === true) return;
    if (!isEntry(next.value)) throw notUnderstood(file, undefined);
    yield next.value;
  }
}

/** @throws SyncError `stateCorrupted` for whatever `parse` throws */
function understood<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw notUnderstood(file, cause);
  }
}

function notUnderstood(file: string, cause: unknown): SyncError {
  return new SyncError('stateCorrupted', `The state file .systemprompt/sync/${file} cannot be understood.`, {
    hint: 'It is damaged, or of another version. It may be deleted: then it is built anew.',
    details: { file },
    cause,
  });
}

/** What is large is printed in parts: an editor has other things to do meanwhile. */
async function bytesOf(value: StateFile): Promise<Buffer> {
  const breathe = breather(undefined);
  const pieces: Buffer[] = [];
  for (const piece of jsonLines(value)) {
    pieces.push(Buffer.from(piece));
    const pause = breathe();
    if (pause) await pause;
  }
  return Buffer.concat(pieces);
}

/** Another process may have created it a moment ago. */
function unlessThere(error: unknown): void {
  if (errnoOf(error) !== 'EEXIST') throw error;
}

function within(root: string, parts: readonly string[]): string {
  const path = join(root, ...parts);
  // Both are normalised, so that the text alone tells.
  if (path === root || path.startsWith(root + sep)) return path;
  throw new SyncError('internal', `${basename(path)} is not a part of the state folder.`);
}

/** True when `path` lies below `folder`. Both absolute. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function levels(project: string, path: string): string[] {
  const names = relative(project, path).split(sep).filter(Boolean);
  return names.map((_, index) => join(project, ...names.slice(0, index + 1)));
}

/** A cloned project may hold links: what we write must not end up outside of it. */
async function refuseEscape(fileSystem: FileSystem, project: string, path: string): Promise<void> {
  for (const level of levels(project, path)) {
    const stats = await fileSystem.lstat(level);
    if (!stats) return;
    if (!stats.isSymbolicLink()) continue;
    const [home, real] = await Promise.all([fileSystem.realpath(project), realpathOf(fileSystem, level)]);
    if (real === undefined || !isInside(home, real)) {
      throw new SyncError(
        'io',
        `${level} is a symbolic link that leads out of the project; nothing is written through it.`,
        {
          hint: 'Replace the link by a folder.',
        },
      );
    }
  }
}

async function realpathOf(fileSystem: FileSystem, path: string): Promise<string | undefined> {
  try {
    return await fileSystem.realpath(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ELOOP') return undefined;
    throw error;
  }
}
