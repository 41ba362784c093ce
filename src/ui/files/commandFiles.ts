import type { Project } from '../../core/project/project';
import { SyncError } from '../../core/syncError';
import { leavesOf, type ChangeNode } from '../changes/changeNode';
import { projectOf } from '../changes/projectView';
import type { Services } from '../services';
import { requireProject } from '../commands/readyState';
import type { FilesComparison } from './filesComparison';
import { isFileNode, isFilesNode, type FileNode } from './filesNode';

export interface ComparedFiles extends FilesComparison {
  readonly project: Project;
  /** Every file that differs, by the id of its row. */
  readonly files: ReadonlyMap<string, FileNode>;
}

/**
 * What was compared last; compares first where nothing has been yet.
 * @throws what stopped the comparison; SyncError `missingConfig` without a tenant
 */
export async function requireComparedFiles(services: Services): Promise<ComparedFiles> {
  const { store, refresh } = services;
  const project = await requireProject(services);
  if (project.mode === 'none') {
    const { connectTenant } = await import('../../core/api/connectTenant');
    await connectTenant(project, { env: process.env });
  }
  if (store.state.areas.files.kind !== 'ready') await refresh(['files']);
  const { files } = store.state.areas;
  if (files.kind === 'failed') throw files.error;
  if (files.kind !== 'ready') throw new SyncError('internal', 'The comparison ended without a result.');
  const found = leavesOf(files.nodes).filter(isFileNode);
  return {
    ...files.diff,
    project: projectOf(store.state.view) ?? project,
    files: new Map(found.map((file) => [file.id, file])),
  };
}

/** What a command was invoked on. */
export interface CommandFiles {
  /** `rows`: files named one by one; `folders`: also all below a folder; `checked`: those with a checkmark; `none`. */
  readonly named: 'rows' | 'folders' | 'checked' | 'none';
  readonly files: readonly FileNode[];
}

/** Rows (the selection, when the row is part of it), else the checked files. Rows may be older than the comparison. */
export function commandFiles(
  { store }: Services,
  { files }: ComparedFiles,
  [target, others]: readonly unknown[],
): CommandFiles {
  const current = (nodes: readonly ChangeNode[]) => nodes.flatMap(({ id }) => files.get(id) ?? []);
  const checked = [...files.values()].filter(({ id }) => store.checked.has(id));
  if (!isRow(target) || (isFilesNode(target) && target.type === 'tenant'))
    return checked.length === 0 ? { named: 'none', files: [] } : { named: 'checked', files: checked };
  const rows = Array.isArray(others) && others.length > 0 ? others.filter(isRow) : [target];
  const below = new Set(leavesOf(rows));
  const named = rows.every(isFileNode) ? 'rows' : 'folders';
  return { named, files: current([...below]) };
}

function isRow(value: unknown): value is ChangeNode {
  return typeof value === 'object' && value !== null && 'area' in value && isFilesNode(value as ChangeNode);
}
