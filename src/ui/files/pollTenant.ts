import * as vscode from 'vscode';
import { foundOf } from '../changes/projectView';
import { settings } from '../contributions';
import { readSettings } from '../host/settings';
import type { Services } from '../services';
import { TenantPolling } from './tenantPolling';

/**
 * Compares the files with the tenant now and then, while this window is the active one: its manifest is asked for, and no
 * content. Only what has been compared before; `systempromptSync.files.pollMinutes: 0` turns it off.
 */
export function registerTenantPolling({ store, refresh }: Services): vscode.Disposable {
  const polling = new TenantPolling({
    isWindowActive: () => vscode.window.state.focused,
    isReady() {
      const { areas, activity } = store.state;
      return activity === undefined && (areas.files.kind === 'ready' || areas.files.kind === 'failed');
    },
    minutes() {
      const found = foundOf(store.state.view);
      return found ? readSettings(vscode.Uri.file(found.project.root)).filesPollMinutes : 0;
    },
    compare: () => void refresh(['files']),
  });
  let shown = store.state.areas.files;
  return vscode.Disposable.from(
    polling,
    vscode.window.onDidChangeWindowState(() => polling.look()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(settings.filesPollMinutes)) polling.look();
    }),
    store.onDidChange(({ areas }) => {
      if (areas.files !== shown) polling.wasCompared();
      shown = areas.files;
    }),
  );
}
