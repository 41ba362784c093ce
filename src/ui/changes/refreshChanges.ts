import * as vscode from 'vscode';
import { messageOf } from '../../core/syncError';
import { compareContent, type SavedSince } from '../content/compareContent';
import { errorForLog } from '../errorReport';
import type { DatabaseSecrets } from '../host/databaseSecrets';
import type { OutputLog } from '../host/outputLog';
import type { ScanThread } from '../host/scanThread';
import { withViewProgress } from '../host/withProgress';
import type { FoundProject } from '../project/foundProject';
import { openProject } from '../project/openProject';
import { coalesceRuns, type SerialQueue } from '../serialQueue';
import type { AreaId } from './changeNode';
import {
  otherAreaIds,
  type AreaDiffs,
  type AreaView,
  type ChangesArea,
  type ChangesAreas,
  type OtherAreaId,
} from './changesArea';
import type { ChangesStore } from './changesStore';
import { foundOf, viewOfFailure, type ProjectView } from './projectView';

interface Needs {
  readonly store: ChangesStore;
  readonly areas: ChangesAreas;
  readonly secrets: DatabaseSecrets;
  readonly queue: SerialQueue;
  readonly log: OutputLog;
  readonly lifetime: AbortSignal;
  readonly scanThread: ScanThread;
}

/**
 * @param areas what to compare; absent: content, what was compared before, and what is compared unasked
 * @param saved of content, when nothing else can have changed: the files, relative to the project's root, with `/`
 */
export type Refresh = (areas?: readonly AreaId[], saved?: readonly string[]) => Promise<void>;

/** A checkout changes more than this; then comparing everything, in a thread of its own, is no slower. */
const mostSaved = 100;

/** Opens the project and compares; never throws: what went wrong is part of what the store shows, and in the log. */
export function createRefresh(needs: Needs): Refresh {
  const asked = new Set<AreaId>();
  let askedForAll = false;
  let savedPaths: ReadonlySet<string> | 'any' = new Set();
  const run = coalesceRuns(async () => {
    const ids = new Set(asked);
    const all = askedForAll;
    const saved = savedPaths === 'any' || savedPaths.size > mostSaved ? undefined : [...savedPaths];
    asked.clear();
    askedForAll = false;
    savedPaths = new Set();
    if (all || ids.has('content') || foundOf(needs.store.state.view) === undefined)
      await refreshContent(needs, saved);
    for (const id of otherAreaIds)
      if (ids.has(id) || (all && (await isDueUnasked(needs, id)))) await refreshArea(needs, id);
  });
  return (areas, saved) => {
    if (areas === undefined) askedForAll = true;
    for (const id of areas ?? []) asked.add(id);
    if (areas === undefined || areas.includes('content'))
      savedPaths = saved && savedPaths !== 'any' ? new Set([...savedPaths, ...saved]) : 'any';
    return run();
  };
}

/** Where it is not due, the area shows that it waits, or nothing. */
async function isDueUnasked({ areas, store }: Needs, id: OtherAreaId): Promise<boolean> {
  const found = foundOf(store.state.view);
  const due = (found && (await areas[id]?.unasked(found))) ?? 'unused';
  const { kind } = store.state.areas[id];
  if (due === 'unused' && kind !== 'unused') store.showArea(id, { kind: 'unused' });
  if (due === 'wait' && kind === 'unused') store.showArea(id, { kind: 'waiting' });
  return due === 'compare' || (due === 'wait' && (kind === 'ready' || kind === 'failed'));
}

function refreshContent(needs: Needs, saved: readonly string[] | undefined): Promise<void> {
  const { queue, store, lifetime } = needs;
  return queue(async () => {
    if (lifetime.aborted) return;
    store.showActivity('comparing');
    const view = await lookAtWorkspace(needs, saved);
    if (!lifetime.aborted) store.showView(view);
  });
}

/** Each area takes its own turn, so that a push need not wait for a server that does not answer. */
function refreshArea<Id extends OtherAreaId>(needs: Needs, id: Id): Promise<void> {
  const { queue, store, lifetime, log } = needs;
  return queue(async () => {
    const area: ChangesArea<AreaDiffs[Id]> | undefined = needs.areas[id];
    const found = foundOf(store.state.view);
    if (lifetime.aborted || area === undefined || found === undefined) return;
    store.showActivity('comparing');
    try {
      const diff = await withViewProgress({ logger: log.logger, lifetime }, (context) =>
        area.compare(found, context),
      );
      if (lifetime.aborted) return;
      store.showArea(id, diff === undefined ? { kind: 'unused' } : readyView(area, diff));
    } catch (error) {
      if (lifetime.aborted) return;
      logFailure(log, `Could not compare (${area.title()})`, error);
      store.showArea(id, { kind: 'failed', error });
    }
  });
}

async function lookAtWorkspace(needs: Needs, saved: readonly string[] | undefined): Promise<ProjectView> {
  // Untrusted folders decide nothing: neither which database is opened nor which files are read.
  if (!vscode.workspace.isTrusted) return { kind: 'untrusted' };
  let found: FoundProject | undefined;
  try {
    const opened = await openProject(needs.secrets);
    if (opened === undefined) return { kind: 'noFolder' };
    found = { project: opened.project, shownRoot: opened.shownRoot };
    const since = saved && savedSince(needs.store.state.view, found, saved);
    return { ...found, kind: 'ready', diff: await compareContent(needs, found.project, since) };
  } catch (error) {
    const view = viewOfFailure(error, found);
    if (view.kind !== 'noProject' && !needs.lifetime.aborted)
      logFailure(needs.log, 'Could not compare', error);
    return view;
  }
}

/** Undefined where there is no comparison of this project to go on from. */
function savedSince(
  last: ProjectView,
  { project }: FoundProject,
  paths: readonly string[],
): SavedSince | undefined {
  const isSame = last.kind === 'ready' && last.project.root === project.root;
  return isSame ? { previous: last.diff, paths } : undefined;
}

function readyView<Diff>(area: ChangesArea<Diff>, diff: Diff): AreaView<Diff> {
  return { kind: 'ready', diff, nodes: area.nodes(diff), counts: area.counts(diff) };
}

function logFailure({ logger }: OutputLog, what: string, error: unknown): void {
  logger.warn(`${what}: ${messageOf(error)}`);
  logger.debug(errorForLog(error));
}
