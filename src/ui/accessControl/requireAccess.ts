import type { AccessDiff } from '../../core/accessControl/accessDiff';
import type { Project } from '../../core/project/project';
import { requireProject } from '../commands/readyState';
import { stopWithNotice } from '../commands/stopWithNotice';
import type { Services } from '../services';

export interface ReadyAccess {
  readonly project: Project;
  readonly diff: AccessDiff;
}

/**
 * The access rules as they were compared last; compares first where nothing has been yet.
 * @throws what stopped the comparison, or SyncError `cancelled` after telling that the project has no access rules
 */
export async function requireAccess(services: Services): Promise<ReadyAccess> {
  const { store, refresh, t } = services;
  if (store.state.areas.accessControl.kind !== 'ready') await refresh(['accessControl']);
  const area = store.state.areas.accessControl;
  if (area.kind === 'failed') throw area.error;
  const project = await requireDatabaseOf(services);
  if (area.kind === 'ready') return { project, diff: area.diff };
  return stopWithNotice(
    t('This project has no access rules: there is no config.yaml or roles.yaml in services/access-control.'),
  );
}

/** The project, which has a database. @throws SyncError `missingConfig`, or what is wrong with the project */
export async function requireDatabaseOf(services: Services): Promise<Project> {
  const project = await requireProject(services);
  const { requireDatabase } = await import('../../core/project/discoverProject');
  requireDatabase(project);
  return project;
}
