import type { SyncApiClient } from '../api/syncApiClient';
import { countBytes } from '../countBytes';
import type { RunContext } from '../ports';
import type { PassingCopy } from './archive/passingCopy';
import type { StagedFile } from './archive/stageArchive';
import { stageDownload, type DownloadStaging, type StageDownload } from './staging/stageDownload';

export interface FetchRemoteInput extends DownloadStaging {
  readonly client: SyncApiClient;
  readonly context: RunContext;
  /** The directories to ask for; undefined for the whole archive. A server may give more than was asked for. */
  readonly filter: readonly string[] | undefined;
  /** Keeps the archive as it comes. */
  readonly copy?: PassingCopy | undefined;
  /** Where it is unpacked; in this thread when absent. */
  readonly stage?: StageDownload | undefined;
  /** Told of each file; after a broken connection once more. */
  readonly onStaged?: (file: StagedFile) => void;
}

/**
 * Downloads the tenant's archive, checks it to its last byte, and stages the files that are wanted. Their digests are
 * what was really received: the caller compares them with what it expects.
 *
 * @returns the wanted files that the archive held, by path
 * @throws SyncError `tarballUnsafe` when any entry breaks a rule: nothing is left staged; else as the client says
 */
export async function fetchRemote({
  client,
  context,
  filter,
  copy,
  stage = stageDownload,
  onStaged,
  ...staging
}: FetchRemoteInput): Promise<ReadonlyMap<string, StagedFile>> {
  context.progress({ message: 'Downloading' });
  const staged = new Map<string, StagedFile>();
  await client.downloadFiles(
    context,
    // A broken connection makes this begin again; the folder of the attempt before is gone by then.
    (archive) => {
      staged.clear();
      const counted = countBytes(archive, (done) =>
        context.progress({ message: 'Downloading', bytes: { done } }),
      );
      return stage(copy?.through(counted) ?? counted, staging, {
        signal: context.signal,
        onStaged: (file) => {
          staged.set(file.path, file);
          onStaged?.(file);
        },
      });
    },
    filter,
  );
  return staged;
}
