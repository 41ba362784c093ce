import { relative, sep } from 'node:path';
import * as vscode from 'vscode';
import type { Project } from '../../core/project/project';
import { messageOf, SyncError } from '../../core/syncError';
import { foundOf } from '../changes/projectView';
import { settings } from '../contributions';
import { inEditorWords } from '../editorWords';
import { errorForLog } from '../errorReport';
import { readSettings } from '../host/settings';
import { coalesceRuns } from '../serialQueue';
import type { Services } from '../services';
import { createSaveStatusBar, type SaveStatusBar } from './saveStatusBar';
import { syncSaved } from './syncSaved';

/** Long enough for "Save All" to be one run, with one backup. */
const settleMs = 500;

/**
 * Optionally, what is saved is synced: content files only, and never into a database that counts as production. Nothing pops
 * up; what happened stands in the status bar for a moment, with the way back.
 */
export function registerSyncOnSave(services: Services): vscode.Disposable {
  const { t, store, saves } = services;
  const bar = createSaveStatusBar(t);
  let saved = new Set<string>();
  let settle: NodeJS.Timeout | undefined;
  let wasOff = false;

  const run = coalesceRuns(async () => {
    const paths = saved;
    saved = new Set();
    const project = foundOf(store.state.view)?.project;
    if (project !== undefined && paths.size > 0 && isOn(project))
      await syncAndTell(services, project, paths, bar);
  });
  const showWhetherItCan = () => {
    const project = foundOf(store.state.view)?.project;
    const isOff = project !== undefined && isWanted(project) && project.database?.production === true;
    if (isOff) bar.show({ kind: 'production', target: project.database?.label ?? '' });
    else if (wasOff) bar.show({ kind: 'quiet' });
    wasOff = isOff;
  };
  showWhetherItCan();
  return vscode.Disposable.from(
    bar,
    new vscode.Disposable(() => clearTimeout(settle)),
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      const found = foundOf(store.state.view);
      if (found === undefined || !uri.path.endsWith('.md') || !isOn(found.project)) return;
      const path = relative(found.shownRoot, uri.fsPath).split(sep).join('/');
      if (path.startsWith('..')) return;
      saved.add(path);
      clearTimeout(settle);
      settle = setTimeout(() => void run(), settleMs);
    }),
    store.onDidChange(showWhetherItCan),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(settings.syncOnSave)) showWhetherItCan();
    }),
    saves.onDidUndo(() => bar.show({ kind: 'quiet' })),
  );
}

async function syncAndTell(
  services: Services,
  project: Project,
  paths: ReadonlySet<string>,
  bar: SaveStatusBar,
): Promise<void> {
  const { log, saves, refresh } = services;
  try {
    const state = await syncSaved(services, project, paths);
    if (state.kind === 'synced') saves.remember(state.backup);
    bar.show(state);
    if (state.kind === 'synced') await refresh(['content']);
  } catch (error) {
    if (SyncError.is(error, 'cancelled')) return;
    log.logger.warn(`Not synced on save: ${errorForLog(error)}`);
    bar.show({ kind: 'failed', reason: inEditorWords(messageOf(error)) });
  }
}

function isWanted({ root }: Project): boolean {
  return vscode.workspace.isTrusted && readSettings(vscode.Uri.file(root)).syncOnSave;
}

function isOn(project: Project): boolean {
  return isWanted(project) && project.database !== undefined && !project.database.production;
}
