import { realpath } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import * as vscode from 'vscode';
import { SyncError } from '../../core/syncError';
import type { Project } from '../../core/project/project';
import type { FoundProject } from './foundProject';
import type { DatabaseSecrets } from '../host/databaseSecrets';
import { readSettings } from '../host/settings';

export interface OpenedProject extends FoundProject {
  /** The workspace folder it was found from: its settings count. */
  readonly folder: vscode.Uri;
}

/**
 * The project of this window: of the first workspace folder that is in one. Reads files only.
 * @returns undefined when no folder on disk is open
 * @throws SyncError what `discoverProject` throws; `notProjectRoot` when no folder is in a project
 */
export async function openProject(secrets: DatabaseSecrets): Promise<OpenedProject | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  let notFound: SyncError | undefined;
  for (const { uri } of folders) {
    try {
      const project = await discoverFrom(uri, secrets);
      return { project, folder: uri, shownRoot: await spellRoot(project.root, uri.fsPath) };
    } catch (error) {
      if (!SyncError.is(error, 'notProjectRoot')) throw error;
      notFound ??= error;
    }
  }
  if (notFound !== undefined) throw notFound;
  return undefined;
}

async function discoverFrom(folder: vscode.Uri, secrets: DatabaseSecrets): Promise<Project> {
  const { discoverProject } = await import('../../core/project/discoverProject');
  const settings = readSettings(folder);
  const options = {
    start: resolve(folder.fsPath, settings.folder ?? '.'),
    profile: settings.profile,
    servicesDir: settings.servicesDirectory && resolve(folder.fsPath, settings.servicesDirectory),
    tenantId: settings.tenantId,
    origin: settings.tenantOrigin,
    apiUrl: settings.tenantControlPlane,
    env: process.env,
  };
  const found = await discoverProject(options);
  // The secret belongs to the project's root, which only discovery knows.
  const databaseUrl = await secrets.read(found.root);
  return databaseUrl === undefined ? found : discoverProject({ ...options, databaseUrl });
}

/** The root as seen from the workspace folder, where the way there really ends at the root. */
async function spellRoot(root: string, folder: string): Promise<string> {
  const shown = resolve(folder, relative(await realpath(folder), root));
  return (await realpath(shown)) === root ? shown : root;
}
