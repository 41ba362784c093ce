import type { ArchiveLimits } from '../archive/archiveLimits';
import { unsafeArchive } from '../archive/archiveRule';
import { stageEachFile, type StagedFile } from '../archive/stageArchive';
import type { ArchiveEntry } from '../archive/tarParser';

/** What is to become of a download, as plain data: another thread can be told of it. */
export interface DownloadStaging {
  /** A folder that does not exist yet. */
  readonly folder: string;
  /** Of the unpacked files, less the umask; private to the user when absent. */
  readonly mode?: number | undefined;
  /** Files that are wanted; the others are checked like them, and never written. All of them when absent. */
  readonly wanted?: ReadonlySet<string> | undefined;
  /** Every directory that the tenant takes part with: an entry elsewhere makes the archive unsafe. */
  readonly directories: readonly string[];
  /** See `StageArchiveOptions`. */
  readonly folders?: ReadonlyMap<string, string> | undefined;
  readonly limits?: ArchiveLimits | undefined;
}

export interface StagingRun {
  readonly signal?: AbortSignal | undefined;
  /** Told of each file; none of them is worth anything before all is staged. */
  readonly onStaged: (file: StagedFile) => void;
}

/** `stageDownload`, here or in another thread. Nobody else keeps anything of a chunk of `archive`: its memory may be given back. */
export type StageDownload = (
  archive: AsyncIterable<Uint8Array>,
  staging: DownloadStaging,
  run: StagingRun,
) => Promise<void>;

/**
 * Checks a tenant's archive to its last byte, and unpacks what is wanted of it.
 *
 * @throws SyncError `tarballUnsafe`, `io`, `cancelled`, and what `archive` throws: nothing is left staged
 */
export const stageDownload: StageDownload = async (archive, staging, run) => {
  const { folder, mode, wanted, directories, folders, limits } = staging;
  const served = new Set(directories);
  const check = ({ path, kind }: ArchiveEntry): void => {
    const [top = '', below] = path.split('/', 2);
    if (!served.has(top) || (kind === 'file' && below === undefined)) {
      throw unsafeArchive('directory', 'it lies outside of the directories that the tenant names', path);
    }
  };
  const options = {
    directory: folder,
    mode,
    folders,
    check,
    ...(wanted && { want: ({ path }: ArchiveEntry) => wanted.has(path) }),
    ...(limits && { limits }),
    signal: run.signal,
  };
  await stageEachFile(archive, options, run.onStaged);
};
