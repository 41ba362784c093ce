import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../digest';
import { messageOf } from '../syncError';
import type { ApplyContext } from './applyContext';
import { openContentCache } from './contentCache';
import type { FileStep } from './filesPlan';
import { readLocalFile } from './readLocalFile';
import { withTransferFolder } from './transferFolder';

/** What nobody merges by hand is not kept. */
const maxAgreedBytes = 256 * 1024;

/** True for a file whose content is worth keeping after both sides agreed on it. */
export function isMergeable({ digest, size }: Pick<FileStep, 'digest' | 'size'>): boolean {
  return digest !== undefined && size <= maxAgreedBytes;
}

/**
 * Keeps a copy of what a push has sent, for the day on which both sides change it. A convenience: what cannot be kept is only
 * noted, since the push itself is done.
 */
export async function keepPushed(
  { state, servicesDir, context }: ApplyContext,
  written: readonly FileStep[],
): Promise<void> {
  const worthy = written.filter(isMergeable);
  if (worthy.length === 0) return;
  try {
    await withTransferFolder(state, 'apply', async (folder) => {
      const files: { digest: string; file: string }[] = [];
      for (const { path, digest } of worthy) {
        const bytes = await readLocalFile(state.fileSystem, servicesDir, path);
        if (bytes === undefined || sha256(bytes) !== digest) continue;
        const file = join(folder, String(files.length));
        writeFileSync(file, bytes, { mode: 0o600 });
        files.push({ digest, file });
      }
      await keepAgreed(state, files);
    });
  } catch (error) {
    context.logger.debug(`The sent contents were not kept for a later merge: ${messageOf(error)}`);
  }
}

/** Takes over files that both sides agree on. @throws SyncError `io` */
export async function keepAgreed(
  state: ApplyContext['state'],
  files: readonly { readonly digest: string; readonly file: string }[],
): Promise<void> {
  if (files.length === 0) return;
  const agreed = openContentCache(state, 'agreed');
  await agreed.take(files);
  agreed.prune();
}
