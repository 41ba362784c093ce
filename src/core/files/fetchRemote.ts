import type { SyncApiClient } from '../api/syncApiClient';
import { countBytes } from '../countBytes';
import type { RunContext } from '../ports';
import type { ArchiveLimits } from './archive/archiveLimits';
import { unsafeArchive } from './archive/archiveRule';
import { stageArchive, type ContentKeeper, type StagedFile } from './archive/stageArchive';
import type { ArchiveEntry } from './archive/tarParser';

export interface FetchRemoteInput {
  readonly client: SyncApiClient;
  readonly context: RunContext;
  /** Files that are wanted; the archive may hold others. */
  readonly wanted: (path: string) => boolean;
  /** The directories to ask for; undefined for the whole archive. A server may give more than was asked for. */
  readonly filter: readonly string[] | undefined;
  /** Every directory that the tenant takes part with: an entry elsewhere makes the archive unsafe. */
  readonly directories: readonly string[];
  readonly limits?: ArchiveLimits | undefined;
  /** A folder that does not exist yet, for what is unpacked; see transferFolder.ts. */
  readonly folder: string;
  /** Of the unpacked files, less the umask; private to the user when absent. */
  readonly mode?: number;
  /** Gets contents as they arrive; after a broken connection once more. */
  readonly keeper?: ContentKeeper;
  /** See `StageArchiveOptions`. */
  readonly folderOf?: (path: string) => string | undefined;
  /** Told of what is unpacked, piece by piece. */
  readonly onWritten?: (bytes: number) => void;
}

/**
 * Downloads the tenant's archive, checks it to its last byte, and stages the files that are wanted. Their digests are
 * what was really received: the caller compares them with what it expects.
 *
 * @returns the wanted files that the archive held, by path
 * @throws SyncError `tarballUnsafe` when any entry breaks a rule: nothing is left staged; else as the client says
 */
export async function fetchRemote(input: FetchRemoteInput): Promise<ReadonlyMap<string, StagedFile>> {
  const { client, context, wanted, filter, directories, limits, folder, mode, keeper, folderOf, onWritten } =
    input;
  const served = new Set(directories);
  const check = ({ path, kind }: ArchiveEntry): void => {
    const [top = '', below] = path.split('/', 2);
    if (!served.has(top) || (kind === 'file' && below === undefined)) {
      throw unsafeArchive('directory', 'it lies outside of the directories that the tenant names', path);
    }
  };
  context.progress({ message: 'Downloading' });
  const staged = await client.downloadFiles(
    context,
    // A broken connection makes this begin again; the folder of the attempt before is gone by then.
    (archive) =>
      stageArchive(
        countBytes(archive, (done) => context.progress({ message: 'Downloading', bytes: { done } })),
        {
          directory: folder,
          mode,
          keeper,
          folderOf,
          onWritten,
          check,
          want: ({ path }) => wanted(path),
          signal: context.signal,
          ...(limits && { limits }),
        },
      ),
    filter,
  );
  return new Map(staged.files.map((file) => [file.path, file]));
}
