import { readFile } from 'node:fs/promises';
import type { SkippedItem } from '../models/plan';
import { ioError } from '../state/ioReason';
import { SyncError } from '../syncError';
import type { ApplyContext } from './applyContext';
import { fetchPlanned } from './fetchPlanned';
import { movedFile } from './filesOutcome';
import type { FileStep } from './filesPlan';

/**
 * Puts what a push is about to overwrite or delete on the tenant into a backup here, where the tenant holds the only copy
 * or keeps no old values itself. A version that both sides agreed on, on a server that keeps backups, is not fetched: one
 * changed file would cost the download of its whole directory.
 *
 * @param folder does not exist yet
 * @returns the id of the backup; undefined when there is nothing to keep
 * @throws SyncError `io`, `tarballUnsafe`, and what the client throws: nothing was changed
 */
export async function backUpRemote(
  input: ApplyContext,
  steps: readonly FileStep[],
  folder: string,
  refuse: (item: SkippedItem) => void,
): Promise<string | undefined> {
  const { plan, backups, context, servicesPrefix } = input;
  const precious = new Map(
    steps
      .filter(({ action, origin, expectedDigest }) => {
        if (expectedDigest === undefined) return false;
        return action === 'delete' || origin !== 'local' || !plan.remote.conditional;
      })
      .map((step) => [step.path, step]),
  );
  if (precious.size === 0) return undefined;
  const staged = await fetchPlanned(input, precious.keys(), folder);
  const writer = backups.begin({ operation: plan.operation, target: plan.tenant, now: context.now() });
  try {
    for (const [path, step] of precious) {
      SyncError.throwIfAborted(context.signal);
      const file = staged.get(path);
      if (file?.sha256 !== step.expectedDigest || file === undefined) {
        refuse(movedFile(path, file ? 'changed on the tenant' : 'deleted on the tenant'));
        continue;
      }
      const bytes = await readStaged(file.stagedPath, path);
      await writer.addFile({ path: servicesPrefix + path, bytes, after: step.digest ?? null });
    }
    return await writer.commit();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

async function readStaged(stagedPath: string, path: string): Promise<Buffer> {
  try {
    return await readFile(stagedPath);
  } catch (error) {
    throw ioError(`Could not read the downloaded ${path}`, error);
  }
}
