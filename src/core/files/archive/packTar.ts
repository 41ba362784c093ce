import type { Header, Pax } from 'tar';

import { SyncError } from '../../syncError';
import { defaultArchiveLimits } from './archiveLimits';
import { comparePaths } from './archivePath';
import { unsafeArchive } from './archiveRule';
import { createPathRegistry } from './pathRegistry';
import { pathProblem } from './plainPath';

export interface ArchiveSource {
  /** Relative, with `/`. */
  readonly path: string;
  readonly size: number;
  /** Kept as mode 0755 instead of 0644: scripts must still run on the other side. */
  readonly executable?: boolean;
  /** Called once, when its turn comes; gives exactly `size` bytes. */
  readonly content: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const blockBytes = 512;
/** Small files are joined to pieces of this size: one piece is one call of the compressor. */
const pieceBytes = 256 * 1024;

/**
 * A tar stream that depends on paths, executable bits and contents only: sorted, no times, no owners, so that equal
 * trees give equal bytes. Long and non-ASCII names use pax records (readable by the reference as well, cloud.md 1.6).
 *
 * @throws SyncError tarballUnsafe when a path could not be received again; io when a file's length is not its `size`
 */
export async function* packTar(
  sources: readonly ArchiveSource[],
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const codecs = await import('tar');
  const registry = createPathRegistry();
  let pieces: Buffer[] = [];
  let held = 0;
  const flush = (): Buffer => {
    const joined = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces, held);
    pieces = [];
    held = 0;
    return joined;
  };
  const hold = (piece: Uint8Array): void => {
    pieces.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
    held += piece.length;
  };
  for (const source of [...sources].sort((first, second) => comparePaths(first.path, second.path))) {
    SyncError.throwIfAborted(signal);
    const problem = pathProblem(source.path, defaultArchiveLimits) ?? registry.claim(source.path, 'file');
    if (problem !== undefined) throw unsafeArchive(problem.rule, problem.reason, source.path);
    hold(entryHeader(source, codecs));
    let length = 0;
    for await (const chunk of source.content()) {
      length += chunk.length;
      if (length > source.size) break;
      hold(chunk);
      if (held >= pieceBytes) yield flush();
    }
    if (length !== source.size) throw changedWhileRead(source.path);
    hold(Buffer.alloc((blockBytes - (source.size % blockBytes)) % blockBytes));
    if (held >= pieceBytes) yield flush();
  }
  hold(Buffer.alloc(2 * blockBytes));
  yield flush();
}

function entryHeader(source: ArchiveSource, codecs: { Header: typeof Header; Pax: typeof Pax }): Buffer {
  const header = new codecs.Header({
    path: source.path,
    mode: source.executable === true ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    size: source.size,
    mtime: new Date(0),
    type: 'File',
  });
  const block = Buffer.alloc(blockBytes);
  if (!header.encode(block)) return block;
  return Buffer.concat([new codecs.Pax({ path: source.path }).encode(), block]);
}

function changedWhileRead(path: string): SyncError {
  return new SyncError('io', `${path} changed while it was being packed.`, { hint: 'Try again.' });
}
