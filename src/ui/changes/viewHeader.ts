import { basename } from 'node:path';
import type { DatabaseTarget } from '../../core/database/databaseTarget';
import type { Project } from '../../core/project/project';
import type { Translate } from '../translate';
import { countOpen } from '../status/directionCounts';
import { otherAreaIds } from './changesArea';
import { countAll } from './countAll';
import { projectOf, type ChangesState, type ProjectView } from './projectView';

/**
 * Project, profile and database, and a word where writing to it needs care. It stands beside the view's title; where the
 * editor has no room for that (a container with one view), the message above the tree says it too.
 */
export function viewDescription(t: Translate, view: ProjectView): string {
  const project = projectOf(view);
  return project === undefined ? '' : projectParts(t, project).join(' · ');
}

function projectParts(t: Translate, { root, profile, database }: Project): string[] {
  const parts = [basename(root)];
  if (profile !== undefined) parts.push(profile.name);
  if (database !== undefined) parts.push(place(database));
  if (database?.production === true) parts.push(t('production'));
  return parts;
}

function place({ host, port, name }: DatabaseTarget): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}/${name}`;
}

/** Above the tree; the empty text leaves the place to the welcome contents of the state. */
export function viewMessage(t: Translate, { view, activity, areas }: ChangesState): string {
  if (view.kind === 'starting') return activity === 'comparing' ? t('Comparing disk and database…') : '';
  if (view.kind !== 'ready') return '';
  const target = viewDescription(t, view);
  if (!view.diff.inSync || !othersInSync(areas)) return target;
  const items = view.diff.sources.reduce((sum, { equal }) => sum + equal.length, 0);
  return t('Everything is in sync. Items compared: {0}. {1}', items, target);
}

/** Only what was compared can be in sync. */
function othersInSync(areas: ChangesState['areas']): boolean {
  return otherAreaIds.every((id) => {
    const area = areas[id];
    if (area.kind === 'ready') return countOpen(area.counts) === 0;
    return area.kind === 'unused';
  });
}

export interface ViewBadge {
  readonly value: number;
  readonly tooltip: string;
}

/** Undefined while there is nothing to do, or nothing is known. */
export function viewBadge(t: Translate, state: ChangesState): ViewBadge | undefined {
  const value = countOpen(countAll(state));
  return value === 0 ? undefined : { value, tooltip: t('Not in sync: {0}', value) };
}
