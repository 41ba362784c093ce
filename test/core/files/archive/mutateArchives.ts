import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, onTestFinished } from 'vitest';
import { defaultArchiveLimits } from '../../../../src/core/files/archive/archiveLimits';
import { archivePathProblem } from '../../../../src/core/files/archive/archivePath';
import { readArchive } from '../../../../src/core/files/archive/readArchive';
import { stageArchive } from '../../../../src/core/files/archive/stageArchive';
import { SyncError } from '../../../../src/core/syncError';
import { archiveOf } from '../../../support/tenantFixture';

export interface FuzzCounts {
  readonly runs: number;
  readonly accepted: number;
  readonly refused: number;
}

const limits = { ...defaultArchiveLimits, maxEntryBytes: 1024 * 1024, maxTotalBytes: 2 * 1024 * 1024 };

/**
 * Damages honest archives, packed and unpacked, and has them read, every tenth staged for real. Each is taken with safe paths and true
 * digests, or refused as unsafe: there is no third outcome, and nothing appears outside of the staging folder.
 *
 * @param seed the same seed damages in the same way
 */
export async function mutateArchives(seed: number, maxRuns: number, maxMs: number): Promise<FuzzCounts> {
  const random = generator(seed);
  const sandbox = await mkdtemp(join(tmpdir(), 'fuzz-'));
  onTestFinished(() => rm(sandbox, { recursive: true, force: true }));
  const honest = await archiveOf({
    'agents/a.yaml': 'name: a\n'.repeat(30),
    'content/größe/日本.md': '# Text\n'.repeat(100),
    [`content/${'deep/'.repeat(22)}long.md`]: 'x',
    'content/empty.md': '',
    'content/block.bin': Buffer.alloc(1024, 7),
  });
  const tar = gunzipSync(honest);
  const until = performance.now() + maxMs;
  let accepted = 0;
  let runs = 0;
  for (; runs < maxRuns && performance.now() < until; runs += 1) {
    const bytes = random() < 0.25 ? damage(honest, random) : gzipSync(damage(tar, random), { level: 1 });
    const directory = join(sandbox, 'staged');
    // Most arrive in one piece and are only read: files and many small pieces cost far more.
    const isStaged = runs % 10 === 0;
    const pieceSize = isStaged ? 1 + Math.floor(random() * 4_096) : bytes.length || 1;
    try {
      if (!isStaged) {
        const paths: string[] = [];
        const visitor = { begin: ({ path }: { path: string }) => void paths.push(path), data() {}, end() {} };
        await readArchive(inPieces(bytes, pieceSize), visitor, { limits });
        accepted += 1;
        expect(paths.filter((path) => archivePathProblem(path, limits) !== undefined)).toEqual([]);
        continue;
      }
      const staged = await stageArchive(inPieces(bytes, pieceSize), { directory, limits });
      accepted += 1;
      for (const { path, sha256, size, stagedPath } of staged.files) {
        const content = await readFile(stagedPath);
        const digest = createHash('sha256').update(content).digest('hex');
        expect([archivePathProblem(path, limits), digest, content.length]).toEqual([undefined, sha256, size]);
      }
      await rm(directory, { recursive: true });
    } catch (error) {
      if (!SyncError.is(error, 'tarballUnsafe')) {
        throw new Error(`seed ${seed}, run ${runs}: neither taken nor refused`, { cause: error });
      }
    }
    if (runs % 500 === 0) expect(await readdir(sandbox)).toEqual([]);
  }
  expect(await readdir(sandbox)).toEqual([]);
  return { runs, accepted, refused: runs - accepted };
}

/** One to four changes: a bit, a byte, a piece that is cut out, doubled, moved or zeroed, an end that is missing. */
function damage(bytes: Buffer, random: () => number): Buffer {
  let result = Buffer.from(bytes);
  const at = () => Math.floor(random() * result.length);
  for (let count = 1 + Math.floor(random() * 4); count > 0 && result.length > 0; count -= 1) {
    const [start, length] = [at(), 1 + Math.floor(random() * 600)];
    const piece = Buffer.from(result.subarray(start, start + length));
    switch (Math.floor(random() * 7)) {
      case 0:
        result[start] = (result[start] ?? 0) ^ (1 << Math.floor(random() * 8));
        break;
      case 1:
        result[start] = Math.floor(random() * 256);
        break;
      case 2:
        result = Buffer.concat([result.subarray(0, start), result.subarray(start + length)]);
        break;
      case 3:
        result = Buffer.concat([result.subarray(0, start), piece, result.subarray(start)]);
        break;
      case 4:
        piece.copy(result, Math.min(at(), Math.max(0, result.length - piece.length)));
        break;
      case 5:
        result.fill(0, start, Math.min(start + length, result.length));
        break;
      default:
        result = result.subarray(0, start);
    }
    // Damage that the header's checksum would give away is repaired half of the time, so that it reaches the rules behind.
    if (random() < 0.5) repairHeaders(result);
  }
  return result;
}

function repairHeaders(tar: Buffer): void {
  for (let start = 0; start + 512 <= tar.length; start += 512) {
    if (tar.toString('latin1', start + 257, start + 262) !== 'ustar') continue;
    tar.fill(0x20, start + 148, start + 156);
    let sum = 0;
    for (let index = start; index < start + 512; index += 1) sum += tar[index] ?? 0;
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, start + 148, 'latin1');
  }
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}

/** A small linear congruential generator: 0 to 1, the same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
