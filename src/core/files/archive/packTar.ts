import { createHash } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { errnoOf, SyncError } from '../../syncError';
import { defaultArchiveLimits } from './archiveLimits';
import { comparePaths } from './archivePath';
import { unsafeArchive } from './archiveRule';
import type { ArchiveSource, FileToPack } from './archiveSource';
import { createPathRegistry } from './pathRegistry';
import { pathProblem } from './plainPath';
import { TarBlocks, type TarBlock } from './tarBlocks';
import { tarEntryHeader, tarUnitBytes } from './tarEntryHeader';

// Links are not followed, and a pipe in a file's place does not hang us; Windows knows neither flag.
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const gone: readonly (string | undefined)[] = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'EACCES'];
const zeros = Buffer.alloc(2 * tarUnitBytes);

/**
 * A tar stream that depends on paths, executable bits and contents only: sorted, no times, no owners, so that equal
 * trees give equal bytes, in equal blocks. Reads synchronously: many small files take several times longer through the thread
 * pool, which compresses meanwhile.
 *
 * @throws SyncError tarballUnsafe when a path could not be received again; conflict, with the path in its details, when a file
 *   is not what its source says; Node.js' own error when it cannot be read
 */
export function* packTar(sources: readonly ArchiveSource[]): Generator<TarBlock> {
  const registry = createPathRegistry();
  const blocks = new TarBlocks();
  for (const source of [...sources].sort((first, second) => comparePaths(first.path, second.path))) {
    const { path, size, executable = false, content } = source;
    const problem = pathProblem(path, defaultArchiveLimits) ?? registry.claim(path, 'file');
    if (problem !== undefined) throw unsafeArchive(problem.rule, problem.reason, path);
    yield* blocks.append(tarEntryHeader({ path, size, executable }));
    if ('file' in content) yield* appendFile(blocks, source, content);
    else if (content.length === size) yield* blocks.append(content);
    else throw changedSince(path);
    const over = size % tarUnitBytes;
    if (over > 0) yield* blocks.append(zeros.subarray(over, tarUnitBytes));
  }
  yield* blocks.append(zeros);
  yield blocks.take();
}

function* appendFile(
  blocks: TarBlocks,
  { path, size }: ArchiveSource,
  { file, digest }: FileToPack,
): Generator<TarBlock> {
  const hash = digest === undefined ? undefined : createHash('sha256');
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, flags);
    let left = size;
    for (;;) {
      if (blocks.isFull) yield blocks.take();
      // One byte more than there should be tells whether the file has grown.
      const asked = Math.min(left + 1, blocks.room);
      const piece = blocks.read(descriptor, asked);
      if (piece.length > left) throw changedSince(path);
      left -= piece.length;
      hash?.update(piece);
      if (piece.length === 0 || (left === 0 && piece.length < asked)) break;
    }
    if (left > 0 || hash?.digest('hex') !== digest) throw changedSince(path);
  } catch (error) {
    throw gone.includes(errnoOf(error)) ? changedSince(path, error) : error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function changedSince(path: string, cause?: unknown): SyncError {
  return new SyncError('conflict', `${path} changed since it was compared.`, { details: { path }, cause });
}
