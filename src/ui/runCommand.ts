import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { commands, type CommandId } from './contributions';
import { errorForLog, reportError, type ErrorAction, type ErrorReport } from './errorReport';
import { actionLabel } from './messages';
import { shownRootOf } from './changes/projectView';
import { SyncError } from '../core/syncError';
import type { Services } from './services';

/** A command's work. Handlers throw; they never show an error themselves. */
export type CommandHandler = (services: Services, ...args: readonly unknown[]) => Promise<void>;

/** The one boundary between commands and people: what goes wrong is logged in full and told in a sentence, once. */
export async function runCommand(
  services: Services,
  id: CommandId,
  handler: CommandHandler,
  args: readonly unknown[],
): Promise<void> {
  const { logger } = services.log;
  logger.debug(`command ${id}`);
  try {
    await handler(services, ...args);
  } catch (error) {
    if (SyncError.is(error, 'cancelled')) {
      logger.info(`${id} was cancelled`);
      return;
    }
    // No colon after the name: "setToken: …" reads like a secret, and the redactor would hide what went wrong.
    logger.error(`${id} failed with ${errorForLog(error)}`);
    // Not awaited: the command has ended, and a message may stay open for hours.
    void showError(services, error);
  }
}

/** Tells a person about an error, with the buttons that help. Logging is the caller's. */
export async function showError(services: Services, error: unknown): Promise<void> {
  const { t, log } = services;
  const report = reportError(t, error);
  if (report === undefined) return;
  const labels = report.actions.map((action) => actionLabel(t, action));
  const text = log.redactor(report.text);
  const chosen =
    report.severity === 'warning'
      ? await vscode.window.showWarningMessage(text, ...labels)
      : await vscode.window.showErrorMessage(text, ...labels);
  const action = report.actions.find((_, index) => labels[index] === chosen);
  if (action !== undefined) await carryOut(services, action, report);
}

async function carryOut(services: Services, action: ErrorAction, { place }: ErrorReport): Promise<void> {
  if (action === 'openSettings') {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'systempromptSync');
  } else if (action === 'openFile') {
    if (place !== undefined) await openPlace(services, place);
  } else await vscode.commands.executeCommand(commands[action]);
}

/** Opens a file at a line; the path may be relative to the project. */
export async function openPlace(
  { store }: Services,
  place: NonNullable<ErrorReport['place']>,
): Promise<void> {
  const root = shownRootOf(store.state.view) ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const file = isAbsolute(place.path) ? place.path : join(root, place.path);
  const position = new vscode.Position(place.line - 1, place.column - 1);
  const selection = new vscode.Range(position, position);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { selection, preview: true });
}
