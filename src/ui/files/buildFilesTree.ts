import type { FileDifference } from '../../core/files/filesDiff';
import type { FileNode as FoundFile, FilesNode as Found } from '../../core/files/filesTree';
import type { FilesComparison } from './filesComparison';
import type {
  ExcludedNode,
  FileItemStatus,
  FileNode,
  FolderNode,
  LeftOutNode,
  StateNode,
  TenantNode,
} from './filesNode';
import { treeOf } from './treeOf';

/** Above this, folders start collapsed: each row that is open is made at once. */
const openUpTo = 200;

const noChildren: readonly [] = [];

/** The rows of a comparison: the tenant, what it cannot do, what differs, and what is left out. Pure; makes no texts. */
export function buildFilesTree({ diff, target, states }: FilesComparison): TenantNode {
  const { children, open, excluded } = treeOf(diff);
  const differences = new Map(diff.differences.map((item) => [item.path, item]));
  const collapsed = open > openUpTo;
  const rows = children.map((found) => nodeOf(found, differences, collapsed));
  const leftOut: LeftOutNode = {
    area: 'files',
    type: 'leftOut',
    id: 'files-left-out',
    checkable: false,
    collapsed: true,
    children: excluded.map((file, index): ExcludedNode => ({
      area: 'files',
      type: 'excluded',
      id: `files-excluded:${file.side}:${index}:${file.path}`,
      status: 'left',
      checkable: false,
      children: noChildren,
      excluded: file,
    })),
  };
  return {
    area: 'files',
    type: 'tenant',
    id: `files-tenant:${diff.tenant}`,
    checkable: false,
    target,
    differing: open,
    unchanged: diff.unchanged,
    children: [...states.map(stateNode), ...rows, ...(excluded.length === 0 ? [] : [leftOut])],
  };
}

function stateNode(text: string): StateNode {
  return {
    area: 'files',
    type: 'state',
    id: `files-state:${text}`,
    checkable: false,
    children: noChildren,
    text,
  };
}

function nodeOf(
  found: Found,
  differences: ReadonlyMap<string, FileDifference>,
  collapsed: boolean,
): FolderNode | FileNode {
  if (found.kind === 'file') return fileNode(found, differences.get(found.path));
  const { id, label, path, children, paths } = found;
  return {
    area: 'files',
    type: 'folder',
    id,
    checkable: false,
    collapsed,
    label,
    path,
    files: paths.length,
    children: children.map((child) => nodeOf(child, differences, collapsed)),
  };
}

function fileNode(found: FoundFile, difference: FileDifference | undefined): FileNode {
  const { id, label, path, status, reason } = found;
  return {
    area: 'files',
    type: 'file',
    id,
    status: itemStatus(found),
    checkable: status !== 'invalid',
    children: noChildren,
    label,
    path,
    ...(difference && { difference }),
    ...(reason !== undefined && { reason }),
  };
}

function itemStatus({ status, change }: FoundFile): FileItemStatus {
  if (status === 'conflict' || status === 'invalid') return status;
  const changed = { added: 'Added', modified: 'Modified', deleted: 'Deleted' } as const;
  return `${status}${changed[change]}`;
}
