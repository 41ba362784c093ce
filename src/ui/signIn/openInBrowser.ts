import * as vscode from 'vscode';
import { SyncError } from '../../core/syncError';

/** Where the sign-in listens (cloud.md 3.5). */
const callbackPort = 8_765;

/**
 * Shows a page in the user's browser. In a remote window the port that the answer comes to is forwarded to the user's own
 * machine first: that is where the browser runs.
 *
 * @throws SyncError `cancelled` when the user does not want it opened
 */
export async function openInBrowser(url: string): Promise<void> {
  if (vscode.env.remoteName !== undefined)
    await vscode.env.asExternalUri(vscode.Uri.parse(`http://127.0.0.1:${callbackPort}/`));
  // As text: parsed, the escapes of an address inside the address would be undone, and "&" in it would end it.
  const opened = await vscode.env.openExternal(url as unknown as vscode.Uri);
  if (!opened) throw new SyncError('cancelled', 'The page of the sign-in was not opened.');
}
