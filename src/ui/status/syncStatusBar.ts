import * as vscode from 'vscode';
import { outputChannelName, statusBarItem } from '../contributions';
import type { Services } from '../services';
import { syncStatus, withSignIn } from './syncStatus';
import { withFailedJobs } from './withFailedJobs';

/** One item on the left, since syncing concerns the whole project; hidden where there is none. */
export function registerSyncStatusBar({ t, store, jobs, signInNotice }: Services): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(statusBarItem, vscode.StatusBarAlignment.Left);
  item.name = outputChannelName;
  const show = () => {
    const compared = withSignIn(syncStatus(t, store.state), signInNotice.text);
    const status = withFailedJobs(t, jobs.failed, compared);
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
  const following = [store, signInNotice, jobs].map(({ onDidChange }) => onDidChange(show));
  return vscode.Disposable.from(item, ...following);
}
