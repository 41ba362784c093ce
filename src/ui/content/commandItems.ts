import { relative, sep } from 'node:path';
import * as vscode from 'vscode';
import type { ContentDifference } from '../../core/models/contentDiff';
import type { ChangeNode } from '../changes/changeNode';
import { isContentNode, type ContentNode, type InvalidNode } from './buildTree';
import type { ReadyView } from '../changes/projectView';
import type { Services } from '../services';
import { requireReady } from '../commands/readyState';
import { stopWithNotice } from '../commands/stopWithNotice';

/** What a command was invoked on, wherever it was invoked. */
export interface CommandItems {
  readonly differences: readonly ContentDifference[];
  readonly invalid: readonly InvalidNode[];
}

/**
 * Tree rows (the selection, when the row is part of it), a file of the explorer or an editor, or the active editor's file.
 * @throws SyncError `cancelled`, after telling so, when a file is no content file or is in sync
 */
export async function commandItems(services: Services, args: readonly unknown[]): Promise<CommandItems> {
  const ready = await requireReady(services);
  const [target, others] = args;
  if (isNode(target))
    return ofNodes(services, Array.isArray(others) && others.length > 0 ? others.filter(isNode) : [target]);
  const uri = target instanceof vscode.Uri ? target : vscode.window.activeTextEditor?.document.uri;
  if (uri === undefined) stopWithNotice(services.t('Open a content file first, or use the Changes view.'));
  return ofFile(services, ready, uri);
}

/** The nodes as the last comparison has them: a menu can be older than it. */
function ofNodes({ store }: Services, nodes: readonly ContentNode[]): CommandItems {
  const current = new Map(
    store.contentTree.flatMap(({ children }) => children.map((child) => [child.id, child] as const)),
  );
  const found = nodes.flatMap((node) => {
    const children = node.type === 'source' ? node.children : [node];
    return children.flatMap(({ id }) => current.get(id) ?? []);
  });
  return {
    differences: found.flatMap((node) => (node.type === 'item' ? [node.difference] : [])),
    invalid: found.flatMap((node) => (node.type === 'invalid' ? [node] : [])),
  };
}

function ofFile({ store, t }: Services, { shownRoot, diff }: ReadyView, uri: vscode.Uri): CommandItems {
  const path = relative(shownRoot, uri.fsPath).split(sep).join('/');
  const children = store.contentTree.flatMap((source) => source.children);
  const differences = children.flatMap((node) =>
    node.type === 'item' && node.difference.file?.path === path ? [node.difference] : [],
  );
  const invalid = children.flatMap((node) =>
    node.type === 'invalid' && node.problem.path === path ? [node] : [],
  );
  if (differences.length > 0 || invalid.length > 0) return { differences, invalid };
  const inSync = diff.sources.some(({ equal }) => equal.some((item) => item.path === path));
  stopWithNotice(
    inSync
      ? t('{0} is the same on disk and in the database.', path)
      : t('{0} is no file of a content source.', path),
  );
}

function isNode(value: unknown): value is ContentNode {
  return typeof value === 'object' && value !== null && 'area' in value && isContentNode(value as ChangeNode);
}
