import * as vscode from 'vscode';
import { schemes } from '../contributions';
import { plainTooltip } from '../plainTooltip';
import type { Translate } from '../translate';
import type { ChangeNode } from './changeNode';
import type { NodeRow, NodeText, RowOf } from './changesArea';
import type { ChangesStore } from './changesStore';
import { checkState } from './checkedItems';
import { toItemUri } from './itemUri';

/** Shows the store's tree. Rows are made when they become visible, so thousands of items stay quick. */
export interface ChangesTreeProvider extends vscode.TreeDataProvider<ChangeNode>, vscode.Disposable {
  /** Draws these rows, each with all below it, or everything, again. */
  redraw(nodes?: readonly ChangeNode[]): void;
}

/** Above this, a row with others below it starts collapsed: it says how many there are. */
const expandedUpTo = 100;

export function createChangesTreeProvider(
  t: Translate,
  store: ChangesStore,
  rowOf: RowOf,
): ChangesTreeProvider {
  const changed = new vscode.EventEmitter<ChangeNode[] | undefined>();
  let parents: ReadonlyMap<string, ChangeNode> | undefined;
  return {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => [...(node === undefined ? store.tree : node.children)],
    getParent: ({ id }) => (parents ??= parentsOf(store.tree)).get(id),
    getTreeItem: (node) => treeItem(t, store, node, rowOf(node)),
    redraw(nodes) {
      parents = undefined;
      changed.fire(nodes && [...nodes]);
    },
    dispose: () => changed.dispose(),
  };
}

function parentsOf(tree: readonly ChangeNode[]): Map<string, ChangeNode> {
  const parents = new Map<string, ChangeNode>();
  const add = (node: ChangeNode): void => {
    for (const child of node.children) {
      parents.set(child.id, node);
      add(child);
    }
  };
  tree.forEach(add);
  return parents;
}

function treeItem(t: Translate, store: ChangesStore, node: ChangeNode, row: NodeRow): vscode.TreeItem {
  const { text, icon, command } = row;
  const item = new vscode.TreeItem(text.label, collapsibleState(node));
  item.id = node.id;
  item.description = text.description;
  item.tooltip = plainTooltip(text.tooltip);
  item.contextValue = text.contextValue;
  item.accessibilityInformation = { label: text.spoken };
  item.iconPath = new vscode.ThemeIcon(icon);
  if (node.status !== undefined) {
    const mark = { status: node.status, word: text.statusWord ?? '' };
    item.resourceUri = vscode.Uri.from({ scheme: schemes.item, ...toItemUri(node.id, mark) });
  }
  if (command !== undefined) item.command = { command: command.id, title: command.title, arguments: [node] };
  const checked = checkState(node, store.checked);
  if (checked !== 'none') item.checkboxState = checkbox(t, checked === 'checked', text);
  return item;
}

function collapsibleState({ children, collapsed }: ChangeNode): vscode.TreeItemCollapsibleState {
  const { None, Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  if (children.length === 0) return None;
  return children.length <= expandedUpTo && collapsed !== true ? Expanded : Collapsed;
}

function checkbox(t: Translate, checked: boolean, { spoken }: NodeText) {
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  return {
    state: checked ? Checked : Unchecked,
    tooltip: checked ? t('Chosen for the next command') : t('Choose for the next command'),
    accessibilityInformation: { label: spoken, role: 'checkbox' },
  };
}
