import { join } from 'node:path';
import { sha256 } from '../digest';
import { errnoOf } from '../syncError';
import type { FileSystem } from './fileSystem';

/** What is at the place of a change now. */
export type SwapTarget =
  | MissingTarget
  | { readonly kind: 'file'; readonly volume: Volume; readonly mode: number }
  /** Something that is never written over or through: a symbolic link, a folder, a device. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface MissingTarget {
  readonly kind: 'missing';
  readonly volume: Volume;
}

/** The volume that the target's folder is on. */
export interface Volume {
  readonly device: number;
  /** The topmost folder on it at or below the root: '' is the root itself; relative, with `/`. */
  readonly top: string;
}

/** For whoever does not ask on which volume a target is: finding out costs as much as all the rest. */
export const anyDevice = -1;

/** The folder that the last target was in: its neighbours need not walk to it again. For one root, and one pass over it. */
export interface SeenFolder {
  path: string | undefined;
  folder: TargetFolder;
  /** How many more targets may rely on it. */
  left: number;
}

export type TargetFolder =
  | {
      readonly kind: 'folder';
      /** False also when one above it is missing. */
      readonly exists: boolean;
      /** The answer for each target in it that does not exist: thousands of them share one. */
      readonly missing: MissingTarget;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** A folder could be replaced by a link at any time: the walk is repeated after this many files, which take milliseconds. */
const filesPerWalk = 64;

export function noFolderSeen(): SeenFolder {
  return { path: undefined, folder: folderOn({ device: anyDevice, top: '' }, false), left: 0 };
}

/**
 * Walks to a target without following any symbolic link below the root.
 * @param root absolute; may be a link itself, since the user chose it
 * @param path a portable relative path, see portablePath.ts
 * @param device that the root is on (`deviceOf`); with `anyDevice` the answer's `volume` means nothing
 * @param seen makes a pass over many targets, in the order of their paths, cheaper; is brought up to date
 */
export async function locateTarget(
  fileSystem: FileSystem,
  root: string,
  path: string,
  device: number,
  seen: SeenFolder = noFolderSeen(),
): Promise<SwapTarget> {
  const folder = await locateFolder(fileSystem, root, path, device, seen);
  if (folder.kind === 'refused') return folder;
  if (!folder.exists) return folder.missing;
  return lookAt(fileSystem, root, path, folder.missing);
}

/**
 * What `locateTarget` says of a target in a folder that was seen to be missing, without waiting for anything: thousands of new
 * files are told in a few milliseconds. Undefined says nothing.
 */
export function seenMissing(seen: SeenFolder, path: string): MissingTarget | undefined {
  const { folder, left } = seen;
  if (left === 0 || folder.kind === 'refused' || folder.exists || seen.path !== wayTo(path)) return undefined;
  seen.left -= 1;
  return folder.missing;
}

/** As {@link locateTarget}, only as far as the folder of the target. */
export async function locateFolder(
  fileSystem: FileSystem,
  root: string,
  path: string,
  device: number,
  seen: SeenFolder,
): Promise<TargetFolder> {
  const way = wayTo(path);
  if (seen.path === way && seen.left > 0) seen.left -= 1;
  else {
    const folder = await walk(fileSystem, root, path, device);
    Object.assign(seen, { path: way, folder, left: filesPerWalk });
  }
  return seen.folder;
}

/** The folder of a target, relative to the root; '' is the root. */
function wayTo(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

async function walk(
  fileSystem: FileSystem,
  root: string,
  path: string,
  device: number,
): Promise<TargetFolder> {
  let volume: Volume = { device, top: '' };
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    const way = path.slice(0, end);
    const stats = await fileSystem.lstat(join(root, way));
    if (!stats) return folderOn(volume, false);
    if (stats.isSymbolicLink()) return { kind: 'refused', reason: `${way} is a symbolic link` };
    if (!stats.isDirectory()) return { kind: 'refused', reason: `${way} is not a folder` };
    if (stats.dev !== volume.device) volume = { device: stats.dev, top: way };
  }
  return folderOn(volume, true);
}

function folderOn(volume: Volume, exists: boolean): TargetFolder {
  return { kind: 'folder', exists, missing: { kind: 'missing', volume } };
}

async function lookAt(
  fileSystem: FileSystem,
  root: string,
  path: string,
  missing: MissingTarget,
): Promise<SwapTarget> {
  const stats = await fileSystem.lstat(join(root, path));
  if (!stats) return missing;
  if (stats.isSymbolicLink()) return { kind: 'refused', reason: `${path} is a symbolic link` };
  if (!stats.isFile()) return { kind: 'refused', reason: `${path} is not a file` };
  return { kind: 'file', volume: missing.volume, mode: stats.mode & 0o777 };
}

/** The volume of a folder that exists, following links. */
export async function deviceOf(fileSystem: FileSystem, folder: string): Promise<number> {
  const stats = await fileSystem.lstat(await fileSystem.realpath(folder));
  if (!stats?.isDirectory()) throw Object.assign(new Error(`${folder} is not a folder`), { code: 'ENOTDIR' });
  return stats.dev;
}

/** SHA-256 of a file, or null when there is none. */
export async function digestOfFile(fileSystem: FileSystem, path: string): Promise<string | null> {
  try {
    return sha256(await fileSystem.readFile(path));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Creates the folders above a target that do not exist yet.
 * @returns folders whose list of names has changed, absolute, to be flushed
 */
export async function makeParents(fileSystem: FileSystem, root: string, path: string): Promise<string[]> {
  const changed: string[] = [];
  let folder = root;
  for (const name of path.split('/').slice(0, -1)) {
    const child = join(folder, name);
    if (await fileSystem.makeDirectory(child, 0o777)) changed.push(folder);
    folder = child;
  }
  return changed;
}
