import { closeSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

import { writeWhole } from '../../core/disk/writeWhole';
import type { ArchiveLimits } from '../../core/files/archive/archiveLimits';
import { readArchive } from '../../core/files/archive/readArchive';
import { SyncError } from '../../core/syncError';
import { HttpProblem } from '../httpProblem';

/**
 * The upload of the 0.12 server (cloud.md 2.4), kept for tests of clients: each entry is written as it comes, and the
 * first foreign directory ends the call with 500 while what came before it stays. Not even here is anything written
 * outside the services directory.
 *
 * @returns the number of entries written, directory entries included
 */
export async function uploadEntryByEntry(
  archive: AsyncIterable<Uint8Array>,
  servicesDir: string,
  directories: readonly string[],
  limits: ArchiveLimits,
): Promise<number> {
  const root = realpathSync(servicesDir);
  let written = 0;
  let descriptor: number | undefined;
  try {
    await readArchive(
      archive,
      {
        begin(entry) {
          if (!directories.includes(entry.path.split('/', 1)[0] ?? '')) {
            throw new HttpProblem('internal_error', `Path not in an allowed directory: ${entry.path}`);
          }
          const target = join(root, ...entry.path.split('/'));
          const parent = entry.kind === 'directory' ? target : dirname(target);
          mkdirSync(parent, { recursive: true });
          if (!`${realpathSync(parent)}${sep}`.startsWith(`${root}${sep}`)) {
            throw new HttpProblem('internal_error', `Path escapes the target: ${entry.path}`);
          }
          written += 1;
          if (entry.kind === 'file') descriptor = openSync(target, 'w', entry.executable ? 0o755 : 0o644);
        },
        data(chunk) {
          if (descriptor !== undefined) writeWhole(descriptor, chunk);
        },
        end() {
          if (descriptor !== undefined) closeSync(descriptor);
          descriptor = undefined;
        },
      },
      { limits },
    );
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    if (SyncError.is(error)) throw new HttpProblem('internal_error', error.message, { cause: error });
    throw error;
  }
  return written;
}
