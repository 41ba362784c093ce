import { join } from 'node:path';
import * as vscode from 'vscode';
import { stopWithNotice } from '../commands/stopWithNotice';
import type { Services } from '../services';
import { commandFiles, requireComparedFiles, type ComparedFiles } from './commandFiles';
import type { FileNode } from './filesNode';

export interface NamedFile {
  readonly compared: ComparedFiles;
  readonly file: FileNode;
  /** Where it is here, or would be. */
  readonly uri: vscode.Uri;
}

/** The one file that a command was invoked on. @throws SyncError `cancelled`, after telling so, when it differs no more */
export async function namedFile(services: Services, args: readonly unknown[]): Promise<NamedFile> {
  const compared = await requireComparedFiles(services);
  const [file] = commandFiles(services, compared, args.slice(0, 1)).files;
  if (file === undefined) stopWithNotice(services.t('This file is the same on both sides by now.'));
  return { compared, file, uri: vscode.Uri.file(join(compared.project.servicesDir, file.path)) };
}
