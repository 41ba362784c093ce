import type { Project } from '../../core/project/project';
import type { ContentDiff } from '../../core/models/contentDiff';
import { SyncError } from '../../core/syncError';
import type { FoundProject } from '../project/foundProject';
import type { AreaId } from './changeNode';
import type { AreaViews } from './changesArea';

/** What is known about the open folder: everything the view, the badge and the status bar show follows from it. */
export type ProjectView =
  | { readonly kind: 'starting' }
  | { readonly kind: 'noFolder' }
  | { readonly kind: 'untrusted' }
  | { readonly kind: 'noProject' }
  | (FoundProject & { readonly kind: 'noDatabase'; readonly error: SyncError })
  | (FoundProject & { readonly kind: 'noContentConfig'; readonly error: SyncError })
  | (FoundProject & { readonly kind: 'databaseFailed'; readonly error: SyncError })
  /** Anything else that stopped the comparison; the project is unknown when discovery itself failed. */
  | (Partial<FoundProject> & { readonly kind: 'failed'; readonly error: unknown })
  | ReadyView;

export type ReadyView = FoundProject & { readonly kind: 'ready'; readonly diff: ContentDiff };

export type ViewKind = ProjectView['kind'];

/** What is under way besides: the view keeps showing what it knows. */
export type Activity = 'comparing' | 'applying' | undefined;

export interface ChangesState {
  readonly view: ProjectView;
  readonly activity: Activity;
  /** The areas beside content. */
  readonly areas: AreaViews;
}

export function projectOf(view: ProjectView): Project | undefined {
  return 'project' in view ? view.project : undefined;
}

/** Where the project's files are opened from; undefined while no project is known. */
export function shownRootOf(view: ProjectView): string | undefined {
  return 'shownRoot' in view ? view.shownRoot : undefined;
}

export function foundOf(view: ProjectView): FoundProject | undefined {
  const { project, shownRoot } = 'project' in view ? view : { project: undefined, shownRoot: undefined };
  return project && shownRoot !== undefined ? { project, shownRoot } : undefined;
}

/** What kept an area from being compared. */
export function errorOf({ view, areas }: ChangesState, id: AreaId): unknown {
  if (id === 'content') return 'error' in view ? view.error : undefined;
  const area = areas[id];
  return area.kind === 'failed' ? area.error : undefined;
}

/** Which of the states a failed comparison leads to. */
export function viewOfFailure(error: unknown, found: FoundProject | undefined): ProjectView {
  if (found === undefined) {
    return SyncError.is(error, 'notProjectRoot') ? { kind: 'noProject' } : { kind: 'failed', error };
  }
  if (SyncError.is(error, 'database')) return { ...found, kind: 'databaseFailed', error };
  if (!SyncError.is(error)) return { ...found, kind: 'failed', error };
  const { database, databaseProblem } = found.project;
  const isDatabaseMissing = error.code === 'missingConfig' || error === databaseProblem;
  if (database === undefined && isDatabaseMissing) return { ...found, kind: 'noDatabase', error };
  if (error.code === 'missingConfig') return { ...found, kind: 'noContentConfig', error };
  return { ...found, kind: 'failed', error };
}
