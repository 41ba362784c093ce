import type { Project } from '../../core/project/project';
import { SyncError } from '../../core/syncError';
import { projectOf, type ProjectView, type ReadyView } from '../changes/projectView';
import type { Services } from '../services';
import type { Translate } from '../translate';

/**
 * What was compared last; compares first where nothing has been yet.
 * @throws what stopped the comparison
 */
export async function requireReady({ store, refresh, t }: Services): Promise<ReadyView> {
  if (store.state.view.kind !== 'ready') await refresh();
  const { view } = store.state;
  if (view.kind === 'ready') return view;
  throw viewError(t, view);
}

/** The project, whether or not it could be compared. */
export async function requireProject({ store, refresh, t }: Services): Promise<Project> {
  if (projectOf(store.state.view) === undefined) await refresh();
  const project = projectOf(store.state.view);
  if (project !== undefined) return project;
  throw viewError(t, store.state.view);
}

function viewError(t: Translate, view: ProjectView): unknown {
  switch (view.kind) {
    case 'untrusted':
      return new SyncError('unauthorized', t('This folder is not trusted yet, so nothing in it is opened.'), {
        hint: t('Trust it with the command "Workspaces: Manage Workspace Trust".'),
      });
    case 'noFolder':
      return new SyncError('notProjectRoot', t('No folder is open.'), {
        hint: t('Open the folder of a systemprompt.io project.'),
      });
    case 'noProject':
      return new SyncError('notProjectRoot', t('The open folder is in no systemprompt.io project.'), {
        hint: t('A project holds .systemprompt/ or services/content/config.yaml.'),
      });
    case 'noDatabase':
    case 'noContentConfig':
    case 'databaseFailed':
    case 'failed':
      return view.error;
    case 'starting':
    case 'ready':
      return new SyncError('internal', t('The comparison ended without a result.'));
  }
}
