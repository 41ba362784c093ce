import { join } from 'node:path';
import type { SkippedItem } from '../models/plan';
import { ioError } from '../state/ioReason';
import type { StagedContent } from '../state/fileSwap';
import type { SwapStaging } from '../state/swapStaging';
import { SyncError } from '../syncError';
import type { ApplyContext } from './applyContext';
import { openContentCache, type ContentCache } from './contentCache';
import { fetchPlanned } from './fetchPlanned';
import type { FetchRemoteInput } from './fetchRemote';
import { foldersToCreate } from './foldersToCreate';
import { movedFile } from './filesOutcome';
import type { FileStep } from './filesPlan';

/** A new content that lies in the staging of the swap. */
export interface Incoming {
  /** Its name there. */
  readonly staged: StagedContent['staged'];
  readonly executable: boolean;
}

/** Of new files, less the umask. */
const fileMode = 0o644;

/**
 * Brings the contents of all steps of a pull into the staging, in one download or from the cache. A content that is not the
 * plan's is refused.
 *
 * @param how of the download, see `FetchRemoteInput`
 * @returns by path
 * @throws SyncError `tarballUnsafe`, `io`, `cancelled`, and what the client throws
 */
export async function fetchIncoming(
  input: ApplyContext,
  staging: SwapStaging,
  how: Pick<FetchRemoteInput, 'copy' | 'stage' | 'onStaged'>,
  refuse: (item: SkippedItem) => void,
): Promise<ReadonlyMap<string, Incoming>> {
  const cache = openContentCache(input.state);
  const needed = input.plan.steps.filter(({ digest }) => digest !== undefined);
  const cached = cache.having(needed.map(({ digest }) => digest ?? ''));
  const isCached = ({ digest }: FileStep) => cached.has(digest ?? '');
  const incoming = new Map<string, Incoming>();

  const missing = new Map(needed.filter((step) => !isCached(step)).map((step) => [step.path, step]));
  const staged =
    missing.size === 0
      ? undefined
      : await fetchPlanned(input, missing.keys(), staging.folder, {
          ...how,
          mode: fileMode,
          folders: await foldersToCreate(input.state.fileSystem, input.servicesDir, missing.keys()),
        });
  for (const [path, step] of missing) {
    const file = staged?.get(path);
    if (file !== undefined && file.sha256 === step.digest)
      incoming.set(path, { staged: file.name, executable: file.executable });
    else refuse(movedFile(path, file ? 'changed on the tenant' : 'deleted on the tenant'));
  }

  if (staged === undefined) await input.state.ensure('staging', staging.journal.id);
  let next = staged?.size ?? 0;
  for (const step of needed.filter(isCached)) {
    SyncError.throwIfAborted(input.context.signal);
    const isThere = await copyFromCache(input, cache, step, join(staging.folder, String(next)));
    // The cache does not know which files are executable.
    if (isThere) incoming.set(step.path, { staged: next++, executable: false });
    else refuse(movedFile(step.path, 'lost from the download'));
  }
  return incoming;
}

/** @returns false when it is not there any more, or not what its name says */
async function copyFromCache(
  { state }: ApplyContext,
  cache: ContentCache,
  { path, digest = '' }: FileStep,
  file: string,
): Promise<boolean> {
  const content = await cache.read(digest);
  if (content === undefined) return false;
  try {
    await state.fileSystem.createUnflushed(file, content, fileMode);
    return true;
  } catch (error) {
    throw ioError(`Could not stage ${path}; nothing was changed`, error);
  }
}
