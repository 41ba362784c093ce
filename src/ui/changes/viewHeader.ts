import { basename } from 'node:path';
import type { DatabaseTarget } from '../../core/database/databaseTarget';
import type { Translate } from '../translate';
import { countOpen } from '../status/directionCounts';
import { otherAreaIds } from './changesArea';
import { countAll } from './countAll';
import { projectOf, type ChangesState, type ProjectView } from './projectView';

/** Beside the view's title: project and profile. The database is named in the message below it, where there is room. */
export function viewDescription(view: ProjectView): string {
  const project = projectOf(view);
  if (project === undefined) return '';
  const { root, profile } = project;
  return [basename(root), ...(profile === undefined ? [] : [profile.name])].join(' · ');
}

/** The database, and a word where writing to it needs care. */
function place(t: Translate, { host, port, name, production }: DatabaseTarget): string {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}/${name}`;
  return production ? `${address} · ${t('production')}` : address;
}

/** Above the tree; the empty text leaves the place to the welcome contents of the state. */
export function viewMessage(t: Translate, { view, activity, areas }: ChangesState): string {
  if (view.kind === 'starting') return activity === 'comparing' ? t('Comparing disk and database…') : '';
  if (view.kind !== 'ready') return '';
  const { database } = view.project;
  const target = database === undefined ? '' : place(t, database);
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
