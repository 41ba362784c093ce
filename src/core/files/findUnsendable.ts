import { tooLargeReason } from './applyPush';
import type { FilesPlan } from './filesPlan';
import { fitsAlone } from './packUploads';

/**
 * Files of a push that no archive under the tenant's limit can carry, with the reason. Only those that may be too large are
 * packed to be sure.
 *
 * @throws SyncError `io`, `cancelled`
 */
export async function findUnsendable(
  { steps, remote }: FilesPlan,
  servicesDir: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const step of steps) {
    // Headers and the end of an archive take room as well.
    if (step.digest === undefined || step.size + 4096 < remote.maxBodyBytes) continue;
    if (await fitsAlone(step, servicesDir, remote.maxBodyBytes, signal)) continue;
    found.set(step.path, tooLargeReason(remote.maxBodyBytes));
  }
  return found;
}
