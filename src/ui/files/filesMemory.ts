import type { FilesDetails } from '../../core/files/filesOutcome';
import type { SyncOperationResult } from '../../core/models/operation';

/** The last push or pull of files, for "Show Last Result". */
export interface FilesRun {
  readonly direction: 'push' | 'pull';
  /** Which tenant, for people. */
  readonly target: string;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
  readonly outcome:
    | { readonly result: SyncOperationResult<FilesDetails> }
    /** Nothing was done. */
    | { readonly error: unknown };
}

/** What a window remembers of its tenants between two comparisons. */
export interface FilesMemory {
  lastRun: FilesRun | undefined;
  /** Identities of tenants that have answered a push with "no such thing here" (versions.md: servers from 0.23 on). */
  readonly takesNoPushes: Set<string>;
}

export function createFilesMemory(): FilesMemory {
  return { lastRun: undefined, takesNoPushes: new Set() };
}
