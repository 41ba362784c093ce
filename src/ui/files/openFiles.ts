import * as vscode from 'vscode';
import { stopWithNotice } from '../commands/stopWithNotice';
import { openPlace, type CommandHandler } from '../runCommand';
import type { Services } from '../services';
import { fileSize } from './describeFile';
import { namedFile, type NamedFile } from './namedFile';
import { maxShownBytes, shownText } from './shownText';
import { withFileSync } from './withFileSync';

/** Tenant left, local right; the side that does not exist is empty. What cannot be shown as text is told about. */
export const openFileDiff: CommandHandler = async (services, ...args) => {
  const named = await namedFile(services, args);
  const { status, path, reason = '' } = named.file;
  if (status === 'invalid') stopWithNotice(`${path}: ${reason}`);
  await openDiff(services, named);
};

export const openLocalFile: CommandHandler = async (services, ...args) => {
  const { uri } = await namedFile(services, args);
  await openPlace(services, { path: uri.fsPath, line: 1, column: 1 });
};

export async function openDiff(services: Services, named: NamedFile): Promise<void> {
  const { t, snapshots } = services;
  const { file } = named;
  refuseLarge(services, named);
  const remote = await remoteText(services, named);
  const right =
    file.difference?.local === undefined
      ? snapshots.take(`local/${file.path}`, '')
      : await localDocument(services, named);
  const left = snapshots.take(`tenant/${file.path}`, remote);
  const title = t('{0} (tenant ↔ local)', file.label);
  await vscode.commands.executeCommand('vscode.diff', left, right, title, { preview: true });
}

/** Before anything is downloaded. @throws SyncError `cancelled`, after telling so */
export function refuseLarge({ t }: Services, { file: { path, difference } }: NamedFile): void {
  const size = Math.max(difference?.local?.size ?? 0, difference?.remote?.size ?? 0);
  if (size > maxShownBytes) stopWithNotice(t('{0} is too large to be shown: {1}.', path, fileSize(size)));
}

/** Downloaded once; core keeps it by its digest. */
async function remoteText(services: Services, named: NamedFile): Promise<string> {
  const { t, quietContext } = services;
  const { compared, file } = named;
  if (file.difference?.remote === undefined) return '';
  const bytes = await withFileSync(services, compared.project, quietContext(), (files) =>
    files.remoteFile(compared.diff, file.path),
  );
  if (bytes === undefined)
    stopWithNotice(t('{0} has changed on the tenant meanwhile. Compare again.', file.path));
  return shownText(bytes) ?? stopAtBinary(services, named);
}

async function localDocument(services: Services, named: NamedFile): Promise<vscode.Uri> {
  const bytes = await vscode.workspace.fs.readFile(named.uri);
  return shownText(bytes) === undefined ? stopAtBinary(services, named) : named.uri;
}

function stopAtBinary({ t }: Services, { file: { path, difference } }: NamedFile): never {
  const size = (bytes: number | undefined) => (bytes === undefined ? t('none') : fileSize(bytes));
  stopWithNotice(
    t(
      '{0} is no text, so it cannot be shown. Here: {1}. On the tenant: {2}.',
      path,
      size(difference?.local?.size),
      size(difference?.remote?.size),
    ),
  );
}
