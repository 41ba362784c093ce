import * as vscode from 'vscode';
import { views } from '../contributions';
import type { Services } from '../services';
import type { ChangeNode } from './changeNode';
import { createChangesTreeProvider, type ChangesTreeProvider } from './changesTreeProvider';
import { applyChecks, changedRows } from './checkedItems';
import type { ChangesState } from './projectView';
import { createRowOf } from './rowOf';
import { viewBadge, viewDescription, viewMessage } from './viewHeader';

/** The "Changes" view: tree, checkboxes, badge, description and message. */
export function registerChangesView(services: Services): vscode.Disposable {
  const { t, store, refresh, areas } = services;
  const provider = createChangesTreeProvider(t, store, createRowOf(t, areas));
  const view = vscode.window.createTreeView(views.changes, {
    treeDataProvider: provider,
    canSelectMany: true,
    manageCheckboxStateManually: true,
    showCollapseAll: true,
  });
  let shown: readonly ChangeNode[] | undefined;
  const show = (state: ChangesState) => {
    view.description = viewDescription(state.view);
    view.message = viewMessage(t, state);
    view.badge = viewBadge(t, state);
    // An activity alone changes no row.
    if (store.tree !== shown) provider.redraw();
    shown = store.tree;
  };
  const compareFirst = () => {
    if (view.visible && store.state.view.kind === 'starting') void refresh();
  };
  show(store.state);
  compareFirst();
  return vscode.Disposable.from(
    view,
    provider,
    store.onDidChange(show),
    view.onDidChangeCheckboxState(({ items }) => checkItems(services, provider, items)),
    view.onDidChangeVisibility(compareFirst),
  );
}

function checkItems(
  { store }: Services,
  provider: ChangesTreeProvider,
  items: readonly (readonly [ChangeNode, vscode.TreeItemCheckboxState])[],
): void {
  const before = store.checked;
  const changes = items.map(
    ([node, state]) => [node, state === vscode.TreeItemCheckboxState.Checked] as const,
  );
  store.setChecked(applyChecks(before, changes));
  const clicked = new Set(changes.map(([node]) => node.id));
  provider.redraw(changedRows(store.tree, before, store.checked, clicked));
}
