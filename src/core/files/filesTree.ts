import { comparePaths } from './archive/archivePath';
import type { ExcludedFile } from './excludedFile';
import { isConflict, type FileDifference, type FilesDiff } from './filesDiff';

/** Where the change lies: here, on the tenant, on both (or nobody knows); `invalid` is what neither side can be given. */
export type FileStatus = 'local' | 'remote' | 'conflict' | 'invalid';

export interface FileNode {
  readonly kind: 'file';
  /** Stable across refreshes. */
  readonly id: string;
  /** Relative to the services directory. */
  readonly path: string;
  readonly label: string;
  readonly status: FileStatus;
  /** What the side in `status` did: `modified` is also what differs without an earlier sync. */
  readonly change: 'added' | 'modified' | 'deleted';
  /** Bytes here; on the tenant where it is not here. */
  readonly size: number;
  /** Of `invalid`: why, and what to do. */
  readonly reason?: string;
}

export interface FolderNode {
  readonly kind: 'folder';
  readonly id: string;
  /** Relative to the services directory, without `/` at its end. */
  readonly path: string;
  /** `a/b` when `a` holds nothing but `b`. */
  readonly label: string;
  /** Folders first, each by name. */
  readonly children: readonly FilesNode[];
  /** Paths of all files below it: what checking the folder chooses. */
  readonly paths: readonly string[];
}

export type FilesNode = FolderNode | FileNode;

export interface FilesTree {
  readonly children: readonly FilesNode[];
  /** For the status bar: `↑ local`, `↓ remote`, `! conflict`. */
  readonly counts: Readonly<Record<FileStatus, number>>;
  /** Everything that keeps the sides from being in sync: for the badge. */
  readonly open: number;
  /** What takes no part, and is meant to. */
  readonly excluded: readonly ExcludedFile[];
}

/** The group of a tenant's files in the tree: only what differs. Pure. */
export function filesTree(diff: FilesDiff): FilesTree {
  const twins = new Map(diff.twins.map(({ path, other }) => [path, other]));
  const files = [
    ...diff.differences.map((item) => differenceNode(item, twins.get(item.path))),
    ...diff.excluded.filter(({ kind }) => kind === 'unreadable').map(unreadableNode),
  ];
  const counts = { local: 0, remote: 0, conflict: 0, invalid: 0 };
  for (const { status } of files) counts[status] += 1;
  return {
    children: nodesBelow('', files),
    counts,
    open: files.length,
    excluded: diff.excluded.filter(({ kind }) => kind !== 'unreadable'),
  };
}

function differenceNode(item: FileDifference, twin: string | undefined): FileNode {
  const node = fileNode(item.path, (item.local ?? item.remote)?.size ?? 0);
  const change = changeOf(item);
  if (twin !== undefined && change === 'added') {
    const reason = `${twin} differs from it only by letter case or Unicode form: rename one`;
    return { ...node, status: 'invalid', change, reason };
  }
  return { ...node, status: statusOf(item), change };
}

function statusOf(item: FileDifference): FileStatus {
  if (isConflict(item)) return 'conflict';
  if (item.origin === 'local' || item.origin === 'remote') return item.origin;
  return item.local === undefined ? 'remote' : 'local';
}

function changeOf({ local, remote, base }: FileDifference): FileNode['change'] {
  if (local !== undefined && remote !== undefined) return 'modified';
  return base === undefined ? 'added' : 'deleted';
}

function unreadableNode({ path, reason }: ExcludedFile): FileNode {
  return { ...fileNode(path.replace(/\/$/, ''), 0), status: 'invalid', change: 'modified', reason };
}

function fileNode(path: string, size: number): Pick<FileNode, 'kind' | 'id' | 'path' | 'label' | 'size'> {
  return { kind: 'file', id: `files:${path}`, path, label: path.slice(path.lastIndexOf('/') + 1), size };
}

/** @param folder `` or with `/` at its end; every file lies below it */
function nodesBelow(folder: string, files: readonly FileNode[]): FilesNode[] {
  const own: FileNode[] = [];
  const folders = new Map<string, FileNode[]>();
  for (const file of files) {
    const slash = file.path.indexOf('/', folder.length);
    if (slash === -1) own.push(file);
    else {
      const name = file.path.slice(folder.length, slash);
      const known = folders.get(name);
      if (known) known.push(file);
      else folders.set(name, [file]);
    }
  }
  const sorted = [...folders].sort(([one], [other]) => comparePaths(one, other));
  return [
    ...sorted.map(([name, below]) => folderNode(folder + name, name, below)),
    ...own.sort((one, other) => comparePaths(one.path, other.path)),
  ];
}

function folderNode(path: string, label: string, files: readonly FileNode[]): FolderNode {
  const children = nodesBelow(`${path}/`, files);
  const [only] = children;
  // Its paths are the same ones.
  if (children.length === 1 && only?.kind === 'folder') return { ...only, label: `${label}/${only.label}` };
  const paths = files.map((file) => file.path).sort(comparePaths);
  return { kind: 'folder', id: `files-folder:${path}`, path, label, children, paths };
}
