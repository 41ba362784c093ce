import { topDirectories, type ApplyContext } from './applyContext';
import type { StagedFile } from './archive/stageArchive';
import { fetchRemote } from './fetchRemote';

/**
 * Downloads files of the tenant that a plan is about, once, as `fetchRemote` does.
 *
 * @param paths of the files; others of their top-level directories are downloaded, checked, and not kept
 * @param folder does not exist yet
 * @param mode of the files, less the umask; private to the user when absent
 * @throws SyncError as `fetchRemote` says
 */
export function fetchPlanned(
  { plan, tenant, context, limits }: ApplyContext,
  paths: ReadonlyMap<string, unknown>,
  folder: string,
  mode?: number,
): Promise<ReadonlyMap<string, StagedFile>> {
  return fetchRemote({
    client: tenant.client,
    context,
    wanted: (path) => paths.has(path),
    filter: topDirectories(paths.keys()),
    directories: plan.remote.directories,
    limits,
    folder,
    ...(mode !== undefined && { mode }),
  });
}
