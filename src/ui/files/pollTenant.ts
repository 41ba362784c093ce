import * as vscode from 'vscode';
import { foundOf } from '../changes/projectView';
import { settings } from '../contributions';
import { readSettings } from '../host/settings';
import type { Services } from '../services';

/** How often it is looked whether it is time: the window may have been away, and the setting may have changed. */
const tickMs = 30_000;

/**
 * Compares the files with the tenant now and then, while this window is the active one: its manifest is asked for, and no
 * content. Only what has been compared before; `systempromptSync.files.pollMinutes: 0` turns it off.
 */
export function registerTenantPolling({ store, refresh }: Services): vscode.Disposable {
  let comparedAt = Date.now();
  let shown = store.state.areas.files;
  const poll = () => {
    const { view, areas, activity } = store.state;
    const found = foundOf(view);
    if (!vscode.window.state.focused || activity !== undefined || found === undefined) return;
    if (areas.files.kind !== 'ready' && areas.files.kind !== 'failed') return;
    const minutes = readSettings(vscode.Uri.file(found.project.root)).filesPollMinutes;
    if (minutes === 0 || Date.now() - comparedAt < minutes * 60_000) return;
    comparedAt = Date.now();
    void refresh(['files']);
  };
  const timer = setInterval(poll, tickMs);
  return vscode.Disposable.from(
    new vscode.Disposable(() => clearInterval(timer)),
    vscode.window.onDidChangeWindowState(poll),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(settings.filesPollMinutes)) poll();
    }),
    store.onDidChange(({ areas }) => {
      if (areas.files !== shown) comparedAt = Date.now();
      shown = areas.files;
    }),
  );
}
