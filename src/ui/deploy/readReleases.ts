import { messageOf, SyncError } from '../../core/syncError';
import { projectOf } from '../changes/projectView';
import { inEditorWords } from '../editorWords';
import type { Services } from '../services';
import { withDeployService } from './openDeployService';

/** Reads the kept releases into the store; never throws: what went wrong is shown in the group. */
export async function readReleases(services: Services): Promise<void> {
  const { store, deploys, quietContext, log } = services;
  const project = projectOf(store.state.view);
  if (project === undefined) return;
  try {
    const { liveRelease } = await import('../../core/deploy/releases');
    const releases = await withDeployService(services, project, quietContext(), (service) =>
      service.releases(),
    );
    deploys.show({ releases, live: liveRelease(releases), problem: undefined });
  } catch (error) {
    if (SyncError.is(error, 'cancelled')) return;
    log.logger.debug(`The releases could not be listed: ${messageOf(error)}`);
    deploys.show({ releases: [], live: undefined, problem: log.redactor(inEditorWords(messageOf(error))) });
  }
}
