import { gzipMember } from './gzipMember';
import { packTar } from './packTar';
import type { ArchiveSource } from './packTar';

export interface WriteArchiveOptions {
  /** 1 to 9; 6 when absent. */
  readonly level?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The archive of the given files, as a stream: the same files give the same bytes, whatever their order, times and
 * owners, on every machine with the same zlib.
 *
 * @throws SyncError tarballUnsafe (a path that no one could receive), io (a file changed meanwhile), cancelled
 */
export function writeArchive(
  sources: readonly ArchiveSource[],
  options: WriteArchiveOptions = {},
): AsyncGenerator<Buffer> {
  return gzipMember(packTar(sources, options.signal), options.level ?? 6);
}
