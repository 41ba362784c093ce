import { join } from 'node:path';
import type { RunContext } from '../ports';
import type { StateDirectory } from '../state/stateDirectory';
import { topDirectories } from './applyContext';
import type { ArchiveLimits } from './archive/archiveLimits';
import type { TenantConnection } from '../api/connectTenant';
import { openContentCache } from './contentCache';
import { fetchRemote } from './fetchRemote';
import type { FilesDiff } from './filesDiff';
import { withTransferFolder } from './transferFolder';

export interface ReadRemoteFileInput {
  readonly diff: FilesDiff;
  readonly path: string;
  readonly tenant: TenantConnection;
  readonly state: StateDirectory;
  readonly context: RunContext;
  readonly limits?: ArchiveLimits | undefined;
}

/**
 * The tenant's version of a file. The archive of its directory is downloaded when it is not known yet, and every differing
 * file in it is kept: whoever looks at one looks at the next one too.
 */
export async function readRemoteFile(input: ReadRemoteFileInput): Promise<Buffer | undefined> {
  const { diff, path, tenant, state, context, limits } = input;
  const digest = diff.differences.find((item) => item.path === path)?.remote?.digest;
  if (digest === undefined) return undefined;
  const cache = openContentCache(state);
  const known = await cache.read(digest);
  if (known) return known;
  const differing = new Set(diff.differences.filter(({ remote }) => remote).map((item) => item.path));
  await withTransferFolder(state, 'look', async (folder) => {
    const staged = await fetchRemote({
      client: tenant.client,
      context,
      wanted: differing,
      filter: topDirectories([path]),
      directories: diff.remote.directories,
      limits,
      folder: join(folder, 'shown'),
    });
    await cache.take(
      [...staged.values()].map(({ sha256, stagedPath }) => ({ digest: sha256, file: stagedPath })),
    );
  });
  cache.prune();
  return cache.read(digest);
}
