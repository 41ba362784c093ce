import type { ExcludedFile } from '../../core/files/excludedFile';
import type { FileDifference } from '../../core/files/filesDiff';
import type { PlanTarget } from '../../core/models/plan';
import type { ChangeNode } from '../changes/changeNode';
import type { ItemStatus } from '../changes/itemStatus';

/** How a file of the services directory stands to its tenant. */
export type FileItemStatus = Extract<
  ItemStatus,
  | 'localAdded'
  | 'localModified'
  | 'localDeleted'
  | 'remoteAdded'
  | 'remoteModified'
  | 'remoteDeleted'
  | 'conflict'
  | 'invalid'
>;

/** All files of a tenant; there is one row of it, also when nothing differs. */
export interface TenantNode extends ChangeNode {
  readonly type: 'tenant';
  readonly target: PlanTarget;
  readonly differing: number;
  readonly unchanged: number;
}

/** A directory with something different in it; one that holds nothing but another one shares its row. */
export interface FolderNode extends ChangeNode {
  readonly type: 'folder';
  /** `a/b` when `a` holds nothing but `b`. */
  readonly label: string;
  readonly path: string;
  readonly files: number;
}

/** A file that differs, or that neither side can be given. */
export interface FileNode extends ChangeNode {
  readonly type: 'file';
  readonly label: string;
  /** Relative to the services directory. */
  readonly path: string;
  readonly status: FileItemStatus;
  /** Absent for a file that cannot be read. */
  readonly difference?: FileDifference;
  /** Of `invalid`: why, and what to do. */
  readonly reason?: string;
}

/** What this server cannot do. */
export interface StateNode extends ChangeNode {
  readonly type: 'state';
  readonly text: string;
}

/** Everything that takes no part, and is meant to. */
export interface LeftOutNode extends ChangeNode {
  readonly type: 'leftOut';
}

export interface ExcludedNode extends ChangeNode {
  readonly type: 'excluded';
  readonly excluded: ExcludedFile;
}

export type FilesNode = TenantNode | FolderNode | FileNode | StateNode | LeftOutNode | ExcludedNode;

export function isFilesNode(node: ChangeNode): node is FilesNode {
  return node.area === 'files' && 'type' in node;
}

export function isFileNode(node: ChangeNode): node is FileNode {
  return isFilesNode(node) && node.type === 'file';
}
