import * as vscode from 'vscode';
import { commands, schemes } from '../contributions';
import type { Translate } from '../translate';
import type { ChangesNode, ChildNode, SourceNode } from './buildTree';
import type { ChangesStore } from './changesStore';
import { isCheckable, sourceCheckState } from './checkedItems';
import { toItemUri } from './itemUri';
import { nodeText, type NodeText } from './treeText';

/** Shows the store's tree. Rows are made when they become visible, so thousands of items stay quick. */
export interface ChangesTreeProvider extends vscode.TreeDataProvider<ChangesNode>, vscode.Disposable {
  /** Draws these rows (a source with its items), or everything, again. */
  redraw(nodes?: readonly ChangesNode[]): void;
}

/** Above this, a source starts collapsed: its row says how many there are. */
const expandedUpTo = 100;

export function createChangesTreeProvider(t: Translate, store: ChangesStore): ChangesTreeProvider {
  const changed = new vscode.EventEmitter<ChangesNode[] | undefined>();
  let parents = new Map<string, SourceNode>();
  return {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => [
      ...(node === undefined ? store.tree : node.type === 'source' ? node.children : []),
    ],
    getParent: (node) => (node.type === 'source' ? undefined : parents.get(node.id)),
    getTreeItem: (node) => (node.type === 'source' ? sourceItem(t, store, node) : childItem(t, store, node)),
    redraw(nodes) {
      parents = new Map(
        store.tree.flatMap((source) => source.children.map(({ id }) => [id, source] as const)),
      );
      changed.fire(nodes && [...nodes]);
    },
    dispose: () => changed.dispose(),
  };
}

function sourceItem(t: Translate, store: ChangesStore, node: SourceNode): vscode.TreeItem {
  const text = nodeText(t, node);
  const { None, Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const state =
    node.children.length === 0 ? None : node.children.length <= expandedUpTo ? Expanded : Collapsed;
  const item = labelled(new vscode.TreeItem(text.label, state), node, text);
  item.iconPath = new vscode.ThemeIcon(node.unreadable === undefined ? 'folder' : 'warning');
  const checked = sourceCheckState(node, store.checked);
  if (checked !== 'none') item.checkboxState = checkbox(t, checked === 'checked', text);
  return item;
}

function childItem(t: Translate, store: ChangesStore, node: ChildNode): vscode.TreeItem {
  const text = nodeText(t, node);
  const item = labelled(new vscode.TreeItem(text.label), node, text);
  item.resourceUri = vscode.Uri.from({ scheme: schemes.item, ...toItemUri(node.id, node.status) });
  item.iconPath = new vscode.ThemeIcon(node.type === 'invalid' ? 'warning' : 'markdown');
  item.command = { command: commands.openDiff, title: t('Open Comparison'), arguments: [node] };
  if (isCheckable(node)) item.checkboxState = checkbox(t, store.checked.has(node.key), text);
  return item;
}

function labelled(item: vscode.TreeItem, { id }: ChangesNode, text: NodeText): vscode.TreeItem {
  item.id = id;
  item.description = text.description;
  item.tooltip = tooltip(text.tooltip);
  item.contextValue = text.contextValue;
  item.accessibilityInformation = { label: text.spoken };
  return item;
}

/** Titles and messages come from files and rows: they are shown as text, whatever markup they hold. */
function tooltip([heading = '', ...lines]: readonly string[]): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString('**').appendText(heading).appendMarkdown('**');
  for (const line of lines) markdown.appendMarkdown('\n\n').appendText(line);
  return markdown;
}

function checkbox(t: Translate, checked: boolean, { spoken }: NodeText) {
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  return {
    state: checked ? Checked : Unchecked,
    tooltip: checked ? t('Chosen for Push and Pull') : t('Choose for Push and Pull'),
    accessibilityInformation: { label: spoken, role: 'checkbox' },
  };
}
