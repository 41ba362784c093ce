import * as vscode from 'vscode';
import type { Services } from '../services';
import { appLink, resultText, type DeployResult } from './deployText';

/** Tells how a deploy ended, what runs now, and offers the app and the output. */
export async function reportDeploy({ t, log, deployOutput }: Services, result: DeployResult): Promise<void> {
  const open = t('Open');
  const show = t('Show Output');
  const link = result.success ? appLink(result.details?.app_url) : undefined;
  const buttons = link === undefined ? [show] : [open, show];
  const text = log.redactor(resultText(result));
  const chosen = await showBySeverity(result, text, buttons);
  if (chosen === show) deployOutput.show();
  if (chosen === open && link !== undefined) await vscode.env.openExternal(vscode.Uri.parse(link));
}

function showBySeverity(
  { success, warnings }: DeployResult,
  text: string,
  buttons: readonly string[],
): Thenable<string | undefined> {
  if (!success) return vscode.window.showErrorMessage(text, ...buttons);
  return warnings.length === 0
    ? vscode.window.showInformationMessage(text, ...buttons)
    : vscode.window.showWarningMessage(text, ...buttons);
}
