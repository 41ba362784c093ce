import * as vscode from 'vscode';
import { messageOf } from '../../core/syncError';
import { stopWithNotice } from '../commands/stopWithNotice';
import { commands } from '../contributions';
import type { CommandHandler } from '../runCommand';
import type { Services } from '../services';
import { namedFile, type NamedFile } from './namedFile';
import { openDiff, refuseLarge } from './openFiles';
import { shownText } from './shownText';
import { withFileSync } from './withFileSync';

/**
 * Opens a conflict in the editor's merge editor, whose result is the local file: nothing but a local edit comes of it. Where
 * both sides have never agreed on a text, or this editor has no merge editor, the two are opened beside each other: the local
 * one can be edited there as well.
 */
export const mergeFile: CommandHandler = async (services, ...args) => {
  const named = await namedFile(services, args);
  const { path } = named.file;
  // Opening the merge editor saves the file.
  if (isDirty(named.uri))
    stopWithNotice(services.t('{0} has unsaved changes. Save it first, then merge.', path));
  refuseLarge(services, named);
  if (!(await openMerge(services, named))) await openDiff(services, named);
  void offerToSend(services, named);
};

async function openMerge(services: Services, { compared, file, uri }: NamedFile): Promise<boolean> {
  const { t, snapshots, log, quietContext } = services;
  const versions = await withFileSync(services, compared.project, quietContext(), (files) =>
    files.versions(compared.diff, file.path),
  );
  const [base, local, remote] = [versions.base, versions.local, versions.remote].map(
    (bytes) => bytes && shownText(bytes),
  );
  if (base === undefined || local === undefined || remote === undefined) return false;
  const side = (name: string, text: string) => snapshots.take(`${name}/${file.path}`, text);
  try {
    // No public API opens the merge editor; the editor's own source control uses this command.
    await vscode.commands.executeCommand('_open.mergeEditor', {
      base: side('base', base),
      input1: { uri: side('local', local), title: t('Local') },
      input2: { uri: side('tenant', remote), title: t('Tenant') },
      output: uri,
    });
    return true;
  } catch (error) {
    log.logger.debug(`The merge editor cannot be opened: ${messageOf(error)}`);
    return false;
  }
}

/** Not awaited by its command: a merge may take as long as it likes. */
async function offerToSend(services: Services, named: NamedFile): Promise<void> {
  const { t, refresh } = services;
  const send = t('Keep Local');
  const chosen = await vscode.window.showInformationMessage(
    t('Take what you need from both sides and save. Then "Keep Local" sends the result to the tenant.'),
    send,
  );
  if (chosen !== send) return;
  if (isDirty(named.uri)) return offerToSend(services, named);
  await refresh(['files']);
  await vscode.commands.executeCommand(commands.keepLocal, named.file);
}

function isDirty(uri: vscode.Uri): boolean {
  return vscode.workspace.textDocuments.some(
    (document) => document.isDirty && document.uri.fsPath === uri.fsPath,
  );
}
