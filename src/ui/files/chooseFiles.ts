import type { FilesDirection, FilesSide } from '../../core/files/filesPlan';
import type { FileItemStatus, FileNode } from './filesNode';

/** The side that a direction copies from. */
export function givingSide(direction: FilesDirection): FilesSide {
  return direction === 'push' ? 'local' : 'remote';
}

/** Files that the giving side alone has changed or added: what moves when everything is meant. */
export function movableFiles(files: Iterable<FileNode>, direction: FilesDirection): FileNode[] {
  const movable: readonly FileItemStatus[] =
    direction === 'push' ? ['localAdded', 'localModified'] : ['remoteAdded', 'remoteModified'];
  return [...files].filter(({ status }) => movable.includes(status));
}

/**
 * Files that the other side has changed or deleted: a plain plan leaves them. The user may let the giving side win for them.
 * Never conflicts: those are decided one by one.
 */
export function filesToForce(files: readonly FileNode[], direction: FilesDirection): FileNode[] {
  const forced: readonly FileItemStatus[] =
    direction === 'push' ? ['remoteModified', 'remoteDeleted'] : ['localModified', 'localDeleted'];
  return files.filter(({ status }) => forced.includes(status));
}

/** Files that are on the receiving side only: a direction can do nothing but delete them. */
export function surplusFiles(files: readonly FileNode[], direction: FilesDirection): FileNode[] {
  const surplus: readonly FileItemStatus[] =
    direction === 'push' ? ['localDeleted', 'remoteAdded'] : ['remoteDeleted', 'localAdded'];
  return files.filter(({ status }) => surplus.includes(status));
}

/** Whose version is taken, file by file. */
export function choicesOf(files: readonly FileNode[], side: FilesSide): ReadonlyMap<string, FilesSide> {
  return new Map(files.map(({ path }) => [path, side]));
}
