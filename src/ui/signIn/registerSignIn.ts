import * as vscode from 'vscode';
import { settings } from '../contributions';
import type { Services } from '../services';

/** Settings that decide which tenant is spoken to, and where. */
const deciding = [settings.tenantId, settings.tenantOrigin, settings.tenantControlPlane];

/** Opens the project anew when another tenant is set, and looks at the token again when another window has changed it. */
export function registerSignIn(
  { refresh, signInNotice }: Services,
  secrets: vscode.SecretStorage,
): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (deciding.some((id) => event.affectsConfiguration(id))) void refresh();
    }),
    secrets.onDidChange(() => void signInNotice.refresh()),
  );
}
