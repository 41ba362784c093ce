import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { defaultArchiveLimits } from '../../../../../src/core/files/archive/archiveLimits';
import { archivePathProblem } from '../../../../../src/core/files/archive/archivePath';
import { readArchive } from '../../../../../src/core/files/archive/readArchive';
import { stageArchive } from '../../../../../src/core/files/archive/stageArchive';
import { createTarParser } from '../../../../../src/core/files/archive/tarParser';
import { SyncError } from '../../../../../src/core/syncError';
import { archiveOf } from '../../../../support/tenantFixture';

export interface FuzzTask {
  readonly seed: number;
  readonly runs: number;
}

export interface FuzzCounts {
  readonly runs: number;
  readonly accepted: number;
}

/**
 * Damages honest archives, packed and unpacked. Each is taken with safe paths and true digests, or refused as unsafe: there is
 * no third outcome, and nothing appears outside of the staging folder. Some are damaged as packed and read as a stream, one
 * in two hundred is staged for real; the others are damaged as unpacked and go to the tar parser at once, in pieces.
 */
const { seed, runs } = workerData as FuzzTask;
const limits = { ...defaultArchiveLimits, maxEntryBytes: 1024 * 1024, maxTotalBytes: 2 * 1024 * 1024 };
const random = generator(seed);
const sandbox = await mkdtemp(join(tmpdir(), 'fuzz-'));
try {
  parentPort?.postMessage(await fuzz());
} finally {
  await rm(sandbox, { recursive: true, force: true });
}

async function fuzz(): Promise<FuzzCounts> {
  const honest = await archiveOf({
    'agents/a.yaml': 'name: a\n'.repeat(30),
    'content/größe/日本.md': '# Text\n'.repeat(100),
    [`content/${'deep/'.repeat(22)}long.md`]: 'x',
    'content/empty.md': '',
    'content/block.bin': Buffer.alloc(1024, 7),
  });
  const tar = gunzipSync(honest);
  let accepted = 0;
  for (let run = 0; run < runs; run += 1) {
    const kind = random();
    try {
      if (kind < 0.005)
        await stageWhole(random() < 0.25 ? damage(honest) : gzipSync(damage(tar), { level: 1 }));
      else if (kind < 0.06) await readPacked(damage(honest));
      else parse(damage(tar));
      accepted += 1;
    } catch (error) {
      if (!SyncError.is(error, 'tarballUnsafe'))
        throw new Error(`seed ${seed}, run ${run}: neither taken nor refused`, { cause: error });
    }
    if (run % 5_000 === 0) assert.deepEqual(await readdir(sandbox), []);
  }
  assert.deepEqual(await readdir(sandbox), []);
  return { runs, accepted };
}

function parse(tar: Buffer): void {
  const paths: string[] = [];
  const parser = createTarParser(Header, limits, visitorOf(paths));
  const size = random() < 0.5 ? tar.length || 1 : 1 + Math.floor(random() * 4_096);
  for (let offset = 0; offset < tar.length; offset += size) parser.push(tar.subarray(offset, offset + size));
  parser.finish();
  requireSafe(paths);
}

async function readPacked(bytes: Buffer): Promise<void> {
  const paths: string[] = [];
  await readArchive(inPieces(bytes, bytes.length || 1), visitorOf(paths), { limits });
  requireSafe(paths);
}

async function stageWhole(bytes: Buffer): Promise<void> {
  const directory = join(sandbox, 'staged');
  const staged = await stageArchive(inPieces(bytes, 1 + Math.floor(random() * 4_096)), { directory, limits });
  for (const { sha256, size, stagedPath } of staged.files) {
    const content = await readFile(stagedPath);
    const digest = createHash('sha256').update(content).digest('hex');
    assert.deepEqual([digest, content.length], [sha256, size]);
  }
  requireSafe(staged.files.map(({ path }) => path));
  await rm(directory, { recursive: true });
}

function visitorOf(paths: string[]) {
  return { begin: ({ path }: { path: string }) => void paths.push(path), data() {}, end() {} };
}

function requireSafe(paths: readonly string[]): void {
  for (const path of paths) assert.equal(archivePathProblem(path, limits), undefined);
}

/** One to four changes: a bit, a byte, a piece that is cut out, doubled, moved or zeroed, an end that is missing. */
function damage(bytes: Buffer): Buffer {
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
