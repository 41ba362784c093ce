import * as vscode from 'vscode';
import { saveStatusBarItem } from '../contributions';
import type { Translate } from '../translate';
import { saveStatus, type SaveState } from './saveStatus';

export interface SaveStatusBar extends vscode.Disposable {
  show(state: SaveState): void;
}

/** Long enough to read it and to click on Undo. */
const shownMs = 15_000;

/** Beside the status of the project, and only while there is something to tell. */
export function createSaveStatusBar(t: Translate): SaveStatusBar {
  const item = vscode.window.createStatusBarItem(saveStatusBarItem, vscode.StatusBarAlignment.Left);
  item.name = t('Systemprompt Sync: Sync on Save');
  let hide: NodeJS.Timeout | undefined;
  return {
    show(state) {
      clearTimeout(hide);
      const status = saveStatus(t, state);
      if (status === undefined) return item.hide();
      item.text = status.text;
      item.tooltip = status.tooltip;
      item.command = status.command;
      item.accessibilityInformation = { label: status.tooltip, role: 'button' };
      item.show();
      if (!status.stays) hide = setTimeout(() => item.hide(), shownMs);
    },
    dispose() {
      clearTimeout(hide);
      item.dispose();
    },
  };
}
