import * as vscode from 'vscode';
import { outputChannelName, statusBarItem } from '../contributions';
import type { Services } from '../services';
import { syncStatus, withSignIn } from './syncStatus';

/** One item on the left, since syncing concerns the whole project; hidden where there is none. */
export function registerSyncStatusBar({ t, store, signInNotice }: Services): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(statusBarItem, vscode.StatusBarAlignment.Left);
  item.name = outputChannelName;
  const show = () => {
    const status = withSignIn(syncStatus(t, store.state), signInNotice.text);
    if (status === undefined) return item.hide();
    item.text = status.text;
    item.tooltip = status.tooltip;
    item.command = status.command;
    item.accessibilityInformation = { label: status.tooltip, role: 'button' };
    item.backgroundColor =
      status.severity === 'none'
        ? undefined
        : new vscode.ThemeColor(`statusBarItem.${status.severity}Background`);
    item.show();
  };
  show();
  return vscode.Disposable.from(item, store.onDidChange(show), signInNotice.onDidChange(show));
}
