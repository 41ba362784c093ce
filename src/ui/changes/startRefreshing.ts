import * as vscode from 'vscode';
import { settings } from '../contributions';
import { readSettings } from '../host/settings';
import type { Services } from '../services';

/** Settings that decide what is compared with what. */
const deciding = [settings.folder, settings.profile, settings.servicesDirectory];

/** The first comparison, after activation has ended; then whenever trust, folders or settings change. */
export function registerRefreshing({ store, refresh }: Services): vscode.Disposable {
  const first = setTimeout(() => {
    if (!vscode.workspace.isTrusted) store.showView({ kind: 'untrusted' });
    else if (readSettings(vscode.workspace.workspaceFolders?.[0]?.uri).refreshOnStartup) void refresh();
  }, 0);
  return vscode.Disposable.from(
    new vscode.Disposable(() => clearTimeout(first)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void refresh()),
    vscode.workspace.onDidChangeWorkspaceFolders(() => void refresh()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (deciding.some((id) => event.affectsConfiguration(id))) void refresh();
    }),
  );
}
