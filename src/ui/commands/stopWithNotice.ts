import * as vscode from 'vscode';
import { SyncError } from '../../core/syncError';

/**
 * Ends a command that has nothing to do: tells why, as information. Nothing has failed, so nothing is logged as an error.
 * @throws SyncError `cancelled`, always
 */
export function stopWithNotice(text: string): never {
  void vscode.window.showInformationMessage(text);
  throw new SyncError('cancelled', text);
}
