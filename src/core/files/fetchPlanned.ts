import { topDirectories, type ApplyContext } from './applyContext';
import type { StagedFile } from './archive/stageArchive';
import { fetchRemote, type FetchRemoteInput } from './fetchRemote';

/**
 * Downloads files of the tenant that a plan is about, once, as `fetchRemote` does.
 *
 * @param paths of the files; others of their top-level directories are downloaded, checked, and not kept
 * @param folder does not exist yet
 * @param how what becomes of the contents, see `FetchRemoteInput`
 * @throws SyncError as `fetchRemote` says
 */
export function fetchPlanned(
  { plan, tenant, context, limits }: ApplyContext,
  paths: Iterable<string>,
  folder: string,
  how: Pick<FetchRemoteInput, 'mode' | 'folders' | 'copy' | 'stage' | 'onStaged'> = {},
): Promise<ReadonlyMap<string, StagedFile>> {
  const wanted = new Set(paths);
  return fetchRemote({
    client: tenant.client,
    context,
    wanted,
    filter: topDirectories(wanted),
    directories: plan.remote.directories,
    limits,
    folder,
    ...how,
  });
}
