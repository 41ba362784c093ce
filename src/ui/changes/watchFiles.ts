import { relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { isContentPath, watchedContent } from '../content/watchedContent';
import { readSettings } from '../host/settings';
import type { Services } from '../services';
import type { AreaId } from './changeNode';
import { otherAreaIds, type ChangesAreas } from './changesArea';
import { foundOf, type ProjectView } from './projectView';

/** Long enough for a save of many files or a checkout to be one comparison. */
const settleMs = 300;

/** Files of which an area has to know when they change. */
interface Watch {
  readonly area: AreaId;
  readonly pattern: vscode.RelativePattern;
}

/** Compares again when something that takes part has changed: saved, created, deleted, or written by another program. */
export function registerFileWatching({ store, areas, refresh }: Services): vscode.Disposable {
  const changed = new Set<AreaId>();
  let saved: string[] | undefined = [];
  let timer: NodeJS.Timeout | undefined;
  let watchers: vscode.Disposable | undefined;
  let watches: readonly Watch[] = [];
  let watched = '';

  const refreshSoon = (area: AreaId, uri: vscode.Uri) => {
    // Our own writes end in a comparison anyway.
    if (!vscode.workspace.isTrusted || store.state.activity === 'applying' || !isWanted(store.state.view))
      return;
    // A tenant that did not answer is not asked again with each file that is saved.
    if (area === 'files' && store.state.areas.files.kind !== 'ready') return;
    changed.add(area);
    if (area === 'content') {
      const path = contentFile(store.state.view, uri);
      saved = saved && path !== undefined ? [...saved, path] : undefined;
    }
    clearTimeout(timer);
    timer = setTimeout(() => {
      const ids = [...changed];
      const paths = saved;
      changed.clear();
      saved = [];
      void refresh(ids, paths);
    }, settleMs);
  };
  const watch = ({ view }: { readonly view: ProjectView }) => {
    if (foundOf(view) === undefined) return;
    watches = watchesOf(view, areas);
    const text = watches.map(
      ({ area, pattern: { baseUri, pattern } }) => `${area} ${baseUri.fsPath} ${pattern}`,
    );
    if (text.join('\n') === watched) return;
    watched = text.join('\n');
    watchers?.dispose();
    watchers = vscode.Disposable.from(...watches.map((each) => watchPattern(each, refreshSoon)));
  };
  const following = vscode.Disposable.from(
    store.onDidChange(watch),
    // What the editor itself saves is known at once, also where files are not watched (`files.watcherExclude`).
    vscode.workspace.onDidSaveTextDocument((document) => {
      for (const { area, pattern } of watches) {
        const isOurs = vscode.languages.match({ pattern }, document) > 0;
        if (isOurs && takesPart(area, document.uri)) refreshSoon(area, document.uri);
      }
    }),
  );
  return new vscode.Disposable(() => {
    clearTimeout(timer);
    watchers?.dispose();
    following.dispose();
  });
}

function isWanted(view: ProjectView): boolean {
  const found = foundOf(view);
  return found !== undefined && readSettings(vscode.Uri.file(found.project.root)).refreshOnSave;
}

function watchesOf(view: ProjectView, areas: ChangesAreas): Watch[] {
  const found = foundOf(view);
  if (found === undefined) return [];
  const others = otherAreaIds.flatMap((area) =>
    (areas[area]?.watched(found) ?? []).map((pattern) => ({ area, pattern })),
  );
  return [
    ...watchedContent(view, found).map((pattern) => ({ area: 'content' as const, pattern })),
    ...others,
  ];
}

/** Of what lies beside content (images, an editor's backups), nothing changes it. */
function takesPart(area: AreaId, { path }: vscode.Uri): boolean {
  return area !== 'content' || isContentPath(path);
}

/** Undefined when it is no content file: of the config, the profile or a folder, anything may follow. */
function contentFile(view: ProjectView, { path, fsPath }: vscode.Uri): string | undefined {
  const found = foundOf(view);
  if (found === undefined || !path.endsWith('.md')) return undefined;
  return relative(found.shownRoot, fsPath).split(sep).join('/');
}

function watchPattern(
  { area, pattern }: Watch,
  onChange: (area: AreaId, uri: vscode.Uri) => void,
): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(pattern);
  const changed = (uri: vscode.Uri) => {
    if (takesPart(area, uri)) onChange(area, uri);
  };
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(changed),
    watcher.onDidChange(changed),
    watcher.onDidDelete(changed),
  );
}
