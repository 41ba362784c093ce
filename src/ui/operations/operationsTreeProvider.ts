import * as vscode from 'vscode';
import { plainTooltip } from '../plainTooltip';
import type { OperationGroup } from './operationGroup';
import type { OperationRow } from './operationRow';

/** A head or a row, with the group it belongs to. */
export interface OperationNode {
  readonly group: OperationGroup;
  readonly row: OperationRow;
  readonly isHead: boolean;
}

/** Shows groups of rows; what they say is theirs. */
export function createOperationsTreeProvider(
  groups: readonly OperationGroup[],
): vscode.TreeDataProvider<OperationNode> & vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  const following = groups.map(({ onDidChange }) => onDidChange(() => changed.fire(undefined)));
  return {
    onDidChangeTreeData: changed.event,
    getChildren(node) {
      if (node === undefined) return groups.flatMap(headOf);
      return node.isHead ? node.group.rows().map((row) => ({ group: node.group, row, isHead: false })) : [];
    },
    getTreeItem: treeItem,
    dispose: () => {
      vscode.Disposable.from(...following, changed).dispose();
    },
  };
}

function headOf(group: OperationGroup): OperationNode[] {
  const row = group.head();
  return row === undefined ? [] : [{ group, row, isHead: true }];
}

function treeItem({ row, isHead }: OperationNode): vscode.TreeItem {
  const { label, description, tooltip, spoken } = row.text();
  const { Expanded, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(label, isHead ? Expanded : None);
  item.id = row.id;
  item.description = description;
  item.tooltip = plainTooltip(tooltip);
  item.iconPath = new vscode.ThemeIcon(row.icon);
  item.contextValue = row.contextValue;
  item.accessibilityInformation = { label: spoken };
  if (row.command !== undefined) {
    const { id, title, arguments: given } = row.command;
    item.command = { command: id, title, arguments: [...given] };
  }
  return item;
}
