import { join } from 'node:path';
import * as vscode from 'vscode';
import { contextKeys } from '../contributions';
import { hasBothDatabases } from '../database/databaseArea';
import type { Services } from '../services';
import type { ChangesState, ProjectView } from './projectView';
import { contentFolders } from '../content/contentFolders';

/** Context keys follow the store: welcome contents, menus and enablement depend on them. */
export function registerContextKeys({ store }: Services): vscode.Disposable {
  const sent = new Map<string, string>();
  const send = (key: string, value: unknown) => {
    const text = JSON.stringify(value);
    if (sent.get(key) === text) return;
    sent.set(key, text);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  let sentFolders: readonly unknown[] = [];
  const sendFolders = (view: ProjectView) => {
    const folders = view.kind === 'ready' ? contentFolders(view.diff) : [];
    const root = view.kind === 'ready' ? view.shownRoot : '';
    const next = [root, ...folders];
    if (next.length === sentFolders.length && next.every((part, index) => part === sentFolders[index]))
      return;
    sentFolders = next;
    send(contextKeys.contentDirectories, contentDirectories(root, folders));
  };
  const sendAll = (view: ProjectView) => {
    const project = 'project' in view ? view.project : undefined;
    send(contextKeys.state, view.kind);
    send(contextKeys.hasProject, project !== undefined);
    send(contextKeys.hasTenant, project !== undefined && project.mode !== 'none');
    send(contextKeys.hasCloudDatabase, project !== undefined && hasBothDatabases({ project }));
    send(contextKeys.canMarkNotProduction, project?.database?.production === true);
    sendFolders(view);
  };
  const sendAreas = ({ areas }: ChangesState) =>
    send(contextKeys.hasAccessControl, areas.accessControl.kind !== 'unused');
  sendAll(store.state.view);
  sendAreas(store.state);
  let last: ProjectView = store.state.view;
  return store.onDidChange((state) => {
    if (state.view !== last) sendAll(state.view);
    last = state.view;
    sendAreas(state);
  });
}

/**
 * The `in` operator of when clauses looks for keys of an object. The editor compares with a path of the system for local
 * files, and with the path of the URI for remote ones.
 */
function contentDirectories(root: string, folders: readonly ReadonlySet<string>[]): Record<string, true> {
  const uris = folders.flatMap((of) => [...of]).map((folder) => vscode.Uri.file(join(root, folder)));
  return Object.fromEntries(uris.flatMap(({ fsPath, path }) => [fsPath, path]).map((path) => [path, true]));
}
