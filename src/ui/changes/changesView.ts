import * as vscode from 'vscode';
import { views } from '../contributions';
import type { Services } from '../services';
import type { ChangesNode } from './buildTree';
import { createChangesTreeProvider, type ChangesTreeProvider } from './changesTreeProvider';
import { applyChecks, changedSources } from './checkedItems';
import type { ChangesState } from './projectView';
import { viewBadge, viewDescription, viewMessage } from './viewHeader';

/** The "Changes" view: tree, checkboxes, badge, description and message. */
export function registerChangesView(services: Services): vscode.Disposable {
  const { t, store, refresh } = services;
  const provider = createChangesTreeProvider(t, store);
  const view = vscode.window.createTreeView(views.changes, {
    treeDataProvider: provider,
    canSelectMany: true,
    manageCheckboxStateManually: true,
    showCollapseAll: true,
  });
  let shown: ChangesState['view'] | undefined;
  const show = (state: ChangesState) => {
    view.description = viewDescription(t, state.view);
    view.message = viewMessage(t, state);
    view.badge = viewBadge(t, store.tree);
    // An activity alone changes no row.
    if (state.view !== shown) provider.redraw();
    shown = state.view;
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
  items: readonly (readonly [ChangesNode, vscode.TreeItemCheckboxState])[],
): void {
  const before = store.checked;
  const changes = items.map(
    ([node, state]) => [node, state === vscode.TreeItemCheckboxState.Checked] as const,
  );
  store.setChecked(applyChecks(before, changes));
  // The clicked rows too: a comparison that ended meanwhile may have drawn them as they were before.
  const clicked = new Set(changes.map(([node]) => node.id));
  const sources = new Set([
    ...changedSources(store.tree, before, store.checked),
    ...store.tree.filter(({ id }) => clicked.has(id)),
  ]);
  const others = store.tree.filter((source) => !sources.has(source));
  const rows = others.flatMap(({ children }) => children.filter(({ id }) => clicked.has(id)));
  provider.redraw([...sources, ...rows]);
}
