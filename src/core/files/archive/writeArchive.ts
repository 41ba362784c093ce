import type { ArchiveSource } from './archiveSource';
import { gzipMember } from './gzipMember';

export interface WriteArchiveOptions {
  /** 1 to 9; 6 when absent. */
  readonly level?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The archive of the given files, as a stream: the same files give the same bytes, whatever their order, times and
 * owners, on every machine with the same zlib.
 *
 * @throws SyncError tarballUnsafe (a path that no one could receive), conflict (a file is not what its source says; its path is
 *   in the details), cancelled; Node.js' own error when a file cannot be read
 */
export async function* writeArchive(
  sources: readonly ArchiveSource[],
  { level = 6, signal }: WriteArchiveOptions = {},
): AsyncGenerator<Buffer> {
  const { packTar } = await import('./packTar');
  yield* gzipMember(packTar(sources), level, signal);
}
