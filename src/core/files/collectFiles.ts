import { lstatSync, readdirSync, type Dirent, type Stats } from 'node:fs';
import { join, sep } from 'node:path';
import { breather } from '../disk/breathe';
import { ioReason } from '../state/ioReason';
import { stagingName } from '../state/swapJournal';
import { errnoOf, SyncError } from '../syncError';
import { exclusionByName, type ExcludedFile, type Exclusion } from './excludedFile';
import { FilesByPath } from './filesByPath';
import type { HashCache } from './hashCache';
import { createFileHasher, type HashedFile } from './hashFile';
import type { LocalFile, LocalTree } from './localTree';
import type { IgnoreRules } from './readIgnoreRules';

export interface CollectOptions {
  /** Absolute. */
  readonly servicesDir: string;
  /** Top-level directories that take part. */
  readonly directories: readonly string[];
  readonly ignored: IgnoreRules;
  /** Without one, every file is hashed. */
  readonly cache?: HashCache | undefined;
  /** Files that the same rules have let pass by their names on the other side. */
  readonly judged?: FilesByPath<{ readonly path: string }> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at every file that takes part, and hashes those that the cache does not know. Links are never followed (data.md
 * F-3). What takes no part is listed with the reason; what cannot be read is there, and is not judged missing.
 *
 * @throws SyncError `missingConfig` when the services directory is gone, `cancelled`
 */
export async function collectFiles(options: CollectOptions): Promise<LocalTree> {
  const { servicesDir, directories, ignored, cache, judged, signal } = options;
  const files: LocalFile[] = [];
  const excluded: ExcludedFile[] = [];
  const breathe = breather(signal);
  const hasher = createFileHasher();
  const exclude = (path: string, { kind, reason }: Exclusion): void => {
    excluded.push({ path, kind, reason, side: 'local' });
  };
  const unreadable = (path: string, error: unknown): void => {
    if (errnoOf(error) === undefined) throw error;
    if (errnoOf(error) === 'ENOENT') return;
    exclude(path, { kind: 'unreadable', reason: `cannot be read: ${ioReason(error)}` });
  };

  /** What is there, itself: the cache needs its numbers, and its kind need not be asked for as well. */
  const look = (path: string): Stats | undefined => {
    try {
      return lstatSync(servicesDir + sep + path);
    } catch (error) {
      unreadable(path, error);
      return undefined;
    }
  };
  const addHashed = (path: string, hashed: HashedFile | undefined): void => {
    if (hashed === undefined) return exclude(path, notRegular);
    const { digest, size, stats } = hashed;
    if (size === stats.size) cache?.add(path, stats, digest);
    files.push({ path, digest, size, executable: isExecutable(stats) });
  };
  const excludeFailed = (path: string, error: unknown): void => {
    if (errnoOf(error) === 'ELOOP') exclude(path, isLink);
    else unreadable(path, error);
  };

  /** Only a large file is waited for: a promise for each of the others would cost as much as looking at it. */
  const addFile = (path: string, stats: Stats): Promise<void> | undefined => {
    const digest = cache?.find(path, stats);
    if (digest !== undefined) {
      files.push({ path, digest, size: stats.size, executable: isExecutable(stats) });
      return undefined;
    }
    try {
      const hashed = hasher.hash(servicesDir + sep + path, breathe);
      if (hashed instanceof Promise)
        return hashed.then(
          (done) => addHashed(path, done),
          (error: unknown) => excludeFailed(path, error),
        );
      addHashed(path, hashed);
    } catch (error) {
      excludeFailed(path, error);
    }
    return undefined;
  };

  /** A stack, in the order of names from its end: the manifest and the cache mostly have that order, too (filesByPath.ts). */
  const pending = topLevel(servicesDir, directories, exclude).reverse();
  const enter = (directory: string): void => {
    for (const name of readDirectory(servicesDir, directory, unreadable).reverse())
      if (name !== stagingName) pending.push(`${directory}/${name}`);
  };
  /** A function of its own, not a part of the loop: that is compiled anew after each pause. */
  const visit = (path: string): Promise<void> | undefined => {
    const entry = look(path);
    if (entry === undefined) return undefined;
    const known = entry.isFile() ? judged?.get(path) : undefined;
    if (known !== undefined) return addFile(known.path, entry);
    const reason = exclusionOf(entry, path, ignored);
    const isDirectory = entry.isDirectory();
    if (reason !== undefined) exclude(isDirectory ? `${path}/` : path, reason);
    else if (isDirectory) enter(path);
    else if (path.includes('/')) return addFile(path, entry);
    else exclude(path, outsideOf(directories));
    return undefined;
  };

  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const pause = visit(path) ?? breathe();
    if (pause) await pause;
  }
  SyncError.throwIfAborted(signal);
  return { files: new FilesByPath(files), excluded };
}

const isLink: Exclusion = { kind: 'link', reason: 'a symbolic link: links are never followed' };
const notRegular: Exclusion = { kind: 'special', reason: 'neither a file nor a directory' };

function isExecutable({ mode }: Stats): boolean {
  return (mode & 0o100) !== 0;
}

function exclusionOf(entry: Stats, path: string, ignored: IgnoreRules): Exclusion | undefined {
  const byName = exclusionByName(path, entry.isDirectory(), ignored);
  if (byName !== undefined) return byName;
  if (entry.isSymbolicLink()) return isLink;
  return entry.isFile() || entry.isDirectory() ? undefined : notRegular;
}

/** The directories to walk; everything else beside them is listed, so that nobody wonders why it does not arrive. */
function topLevel(
  servicesDir: string,
  directories: readonly string[],
  exclude: (path: string, exclusion: Exclusion) => void,
): string[] {
  const found: string[] = [];
  for (const entry of readRoot(servicesDir)) {
    if (directories.includes(entry.name)) found.push(entry.name);
    else exclude(entry.isDirectory() ? `${entry.name}/` : entry.name, outsideOf(directories));
  }
  return found;
}

function outsideOf(directories: readonly string[]): Exclusion {
  return { kind: 'outside', reason: `the tenant takes ${directories.join(', ')} only` };
}

function readRoot(servicesDir: string): Dirent[] {
  try {
    return readdirSync(servicesDir, { withFileTypes: true });
  } catch (error) {
    throw new SyncError(
      'missingConfig',
      `The services folder ${servicesDir} cannot be read: ${ioReason(error)}.`,
      {
        hint: 'Nothing is compared with a folder that is not there: create it, mount it, or name another with --services.',
        details: { folder: servicesDir },
        cause: error,
      },
    );
  }
}

function readDirectory(
  servicesDir: string,
  path: string,
  unreadable: (path: string, error: unknown) => void,
): string[] {
  try {
    return readdirSync(join(servicesDir, path));
  } catch (error) {
    unreadable(`${path}/`, error);
    return [];
  }
}
