import * as vscode from 'vscode';
import type { Project } from '../../core/project/project';
import { projectOf, shownRootOf, type ProjectView } from './projectView';
import { readSettings } from '../host/settings';
import type { Services } from '../services';

/** Long enough for a save of many files or a checkout to be one comparison. */
const settleMs = 300;

/** Compares again when something that takes part has changed: saved, created, deleted, or written by another program. */
export function registerFileWatching({ store, refresh }: Services): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  let watchers: vscode.Disposable | undefined;
  let patterns: readonly vscode.RelativePattern[] = [];
  let watched = '';

  const refreshSoon = () => {
    // Our own writes end in a comparison anyway.
    if (!vscode.workspace.isTrusted || store.state.activity === 'applying' || !isWanted(store.state.view))
      return;
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(), settleMs);
  };
  const watch = ({ view }: { readonly view: ProjectView }) => {
    const project = projectOf(view);
    if (project === undefined) return;
    patterns = patternsOf(project, view);
    const text = patterns.map(({ baseUri, pattern }) => `${baseUri.fsPath} ${pattern}`).join('\n');
    if (text === watched) return;
    watched = text;
    watchers?.dispose();
    watchers = vscode.Disposable.from(...patterns.map((pattern) => watchPattern(pattern, refreshSoon)));
  };
  const following = vscode.Disposable.from(
    store.onDidChange(watch),
    // What the editor itself saves is known at once, also where files are not watched (`files.watcherExclude`).
    vscode.workspace.onDidSaveTextDocument((document) => {
      const isOurs = patterns.some((pattern) => vscode.languages.match({ pattern }, document) > 0);
      if (isOurs && takesPart.test(document.uri.path)) refreshSoon();
    }),
  );
  return new vscode.Disposable(() => {
    clearTimeout(timer);
    watchers?.dispose();
    following.dispose();
  });
}

function isWanted(view: ProjectView): boolean {
  const project = projectOf(view);
  return project !== undefined && readSettings(vscode.Uri.file(project.root)).refreshOnSave;
}

/**
 * Content, configuration, and folders: when one of those goes, its files are not reported one by one. Anything else beside
 * the content (images, an editor's backups) changes nothing.
 */
const takesPart = /\.(?:md|ya?ml|json)$|\/[^./]+$/;

function watchPattern(pattern: vscode.RelativePattern, onChange: () => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(pattern);
  const changed = ({ path }: vscode.Uri) => {
    if (takesPart.test(path)) onChange();
  };
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(changed),
    watcher.onDidChange(changed),
    watcher.onDidDelete(changed),
  );
}

/** The sources, the content config, and what decides about profile and database. */
function patternsOf({ root, servicesDir, profile }: Project, view: ProjectView): vscode.RelativePattern[] {
  const shownRoot = shownRootOf(view) ?? root;
  const sources = view.kind === 'ready' ? view.diff.sources.map(({ path }) => `${path}/**`) : [];
  return [
    ...[...new Set(sources)]
      .sort()
      .map((pattern) => new vscode.RelativePattern(vscode.Uri.file(shownRoot), pattern)),
    new vscode.RelativePattern(vscode.Uri.file(servicesDir), 'content/config.yaml'),
    ...(profile === undefined
      ? []
      : [
          new vscode.RelativePattern(
            vscode.Uri.joinPath(vscode.Uri.file(profile.path), '..'),
            '*.{yaml,json}',
          ),
        ]),
  ];
}
