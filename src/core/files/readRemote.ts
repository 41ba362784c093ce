import { join } from 'node:path';
import type { FileManifest } from '../api/apiModels';
import { classicDirectories } from '../api/capabilities';
import type { RunContext } from '../ports';
import type { StateDirectory } from '../state/stateDirectory';
import { sha256 } from '../digest';
import type { ArchiveLimits } from './archive/archiveLimits';
import type { TenantConnection } from '../api/connectTenant';
import { openContentCache } from './contentCache';
import { fetchRemote } from './fetchRemote';
import { withTransferFolder } from './transferFolder';

export interface RemoteManifest {
  readonly manifest: FileManifest;
  /** What this server cannot do, as sentences to show. */
  readonly states: readonly string[];
}

/**
 * What the tenant holds. A relay that gives no manifest is asked for its archive, once: it is hashed, and its contents are
 * kept by digest, so that a pull or a comparison side by side does not download them again.
 *
 * @param keep false where nothing may be written, also not to the cache (`--dry-run`)
 * @throws SyncError as the client says, `tarballUnsafe`, `io`
 */
export async function readRemote(
  { client, mode }: TenantConnection,
  state: StateDirectory,
  context: RunContext,
  { keep, limits }: { readonly keep: boolean; readonly limits?: ArchiveLimits | undefined },
): Promise<RemoteManifest> {
  if (mode === 'direct') return { manifest: await client.manifest(context), states: [] };
  const { manifest: given, states } = await client.capabilities(context);
  if (given || !keep) return { manifest: await client.manifest(context), states };
  const cache = openContentCache(state);
  const manifest = await withTransferFolder(state, 'look', async (folder) => {
    const staged = await fetchRemote({
      client,
      context,
      filter: undefined,
      directories: classicDirectories,
      limits,
      folder: join(folder, 'all'),
    });
    const files = [...staged.values()];
    await cache.take(files.map(({ sha256: digest, stagedPath: file }) => ({ digest, file })));
    return {
      files: files.map(({ path, sha256: checksum, size }) => ({ path, checksum, size })),
      checksum: sha256(files.map((file) => file.sha256).join('')),
      timestamp: new Date(context.now()).toISOString(),
      directories: undefined,
      maxBodyBytes: undefined,
      conditional: false,
      source: 'archive',
    } as const;
  });
  cache.prune();
  return { manifest, states };
}
