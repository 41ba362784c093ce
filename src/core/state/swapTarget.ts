import { join } from 'node:path';
import { sha256 } from '../digest';
import { errnoOf } from '../syncError';
import type { FileSystem } from './fileSystem';

/** What is at the place of a change now. */
export type SwapTarget =
  | { readonly kind: 'missing'; readonly volume: Volume; readonly hasFolder: boolean }
  | { readonly kind: 'file'; readonly volume: Volume; readonly mode: number }
  /** Something that is never written over or through: a symbolic link, a folder, a device. */
  | { readonly kind: 'refused'; readonly reason: string };

/** The volume that the target's folder is on. */
export interface Volume {
  readonly device: number;
  /** The topmost folder on it at or below the root: '' is the root itself; relative, with `/`. */
  readonly top: string;
}

/** For whoever does not ask on which volume a target is: finding out costs as much as all the rest. */
export const anyDevice = -1;

/**
 * Walks to a target without following any symbolic link below the root.
 * @param root absolute; may be a link itself, since the user chose it
 * @param path a portable relative path, see portablePath.ts
 * @param device that the root is on (`deviceOf`); with `anyDevice` the answer's `volume` means nothing
 */
export async function locateTarget(
  fileSystem: FileSystem,
  root: string,
  path: string,
  device: number,
): Promise<SwapTarget> {
  const names = path.split('/');
  let volume: Volume = { device, top: '' };
  for (const [index] of names.entries()) {
    const way = names.slice(0, index + 1).join('/');
    const stats = await fileSystem.lstat(join(root, way));
    if (!stats) return { kind: 'missing', volume, hasFolder: index === names.length - 1 };
    if (stats.isSymbolicLink()) return { kind: 'refused', reason: `${way} is a symbolic link` };
    if (index === names.length - 1) {
      if (!stats.isFile()) return { kind: 'refused', reason: `${way} is not a file` };
      return { kind: 'file', volume, mode: stats.mode & 0o777 };
    }
    if (!stats.isDirectory()) return { kind: 'refused', reason: `${way} is not a folder` };
    if (stats.dev !== volume.device) volume = { device: stats.dev, top: way };
  }
  return { kind: 'refused', reason: 'the path is empty' };
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
