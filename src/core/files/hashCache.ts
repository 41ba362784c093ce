import type { Stats } from 'node:fs';
import * as z from 'zod/mini';
import type { StateDirectory } from '../state/stateDirectory';
import { SyncError } from '../syncError';
import { rowsByPath } from './filesByPath';

/** Few long texts: fifty thousand small objects, or their numbers as digits, would take longer to read than the files to look at. */
interface Stored {
  readonly format: 2;
  readonly paths: readonly string[];
  /** Of each path size, mtime, ctime and inode as 64-bit floats of this machine; base64. */
  readonly stats: string;
  /** 64 hex digits for each path, in one text. */
  readonly digests: string;
}

/** By hand, in one pass: a schema that copies every path costs as much as reading it. */
const schema = z.custom<Stored>((value: unknown) => {
  if (typeof value !== 'object' || value === null) return false;
  const { format, paths, stats, digests } = value as { readonly [Key in keyof Stored]?: unknown };
  if (format !== 2 || !Array.isArray(paths) || typeof stats !== 'string') return false;
  return (
    paths.every((path) => typeof path === 'string') &&
    Buffer.byteLength(stats, 'base64') === paths.length * statBytes &&
    typeof digests === 'string' &&
    digests.length === paths.length * digestLength
  );
});

const statNumbers = 4;
const statBytes = statNumbers * Float64Array.BYTES_PER_ELEMENT;
const cacheFile = 'cache/files.json';
const digestLength = 64;
/** A file changed this recently may change again without any of its numbers moving. */
const settledMs = 2_000;

/** Digests of files whose size, times and inode have not changed since they were hashed. */
export interface HashCache {
  find(path: string, stats: Stats): string | undefined;
  add(path: string, stats: Stats, digest: string): void;
  /**
   * Keeps what was found or added this time, when that differs from what is stored.
   * @throws SyncError `io`
   */
  save(nowMs: number): Promise<void>;
}

/** A cache that cannot be understood is an empty one: it is only ever a shortcut. */
export async function openHashCache(state: StateDirectory): Promise<HashCache> {
  const { paths, stats: packed, digests } = (await readStored(state)) ?? nothing;
  const numbers = new Float64Array(paths.length * statNumbers);
  Buffer.from(numbers.buffer).write(packed, 'base64');
  /** Stored rows that still hold, and after the last stored one those that were added: in the order of this time. */
  const kept: number[] = [];
  const added = new Rows();
  const rowOf = rowsByPath(paths.length, (row) => paths[row]);
  const isSame = (row: number, { size, mtimeMs, ctimeMs, ino }: Stats): boolean => {
    const at = row * statNumbers;
    return (
      numbers[at] === size &&
      numbers[at + 1] === mtimeMs &&
      numbers[at + 2] === ctimeMs &&
      numbers[at + 3] === ino
    );
  };
  const digestAt = (row: number): string => digests.slice(row * digestLength, (row + 1) * digestLength);
  return {
    find(path, stats) {
      const row = rowOf(path);
      if (row === undefined || !isSame(row, stats)) return undefined;
      kept.push(row);
      return digestAt(row);
    },
    add(path, stats, digest) {
      kept.push(paths.length + added.paths.length);
      added.add(path, [stats.size, stats.mtimeMs, stats.ctimeMs, stats.ino], digest);
    },
    async save(nowMs) {
      if (added.paths.length === 0 && kept.length === paths.length) return;
      const settled = new Rows();
      const keep = (path: string, row: ArrayLike<number>, digest: string): void => {
        if (nowMs - Math.max(row[1] ?? nowMs, row[2] ?? nowMs) > settledMs) settled.add(path, row, digest);
      };
      for (const row of kept) {
        const at = row - paths.length;
        if (at < 0) keep(paths[row] ?? '', statsAt(numbers, row), digestAt(row));
        else keep(added.paths[at] ?? '', statsAt(added.numbers, at), added.digests[at] ?? '');
      }
      await state.writeJson(cacheFile, {
        format: 2,
        paths: settled.paths,
        stats: Buffer.from(settled.numbers.buffer, 0, settled.paths.length * statBytes).toString('base64'),
        digests: settled.digests.join(''),
      });
    },
  };
}

function statsAt(numbers: Float64Array, row: number): Float64Array {
  return numbers.subarray(row * statNumbers, (row + 1) * statNumbers);
}

/** Files in columns, as they are stored: an object for each, with its floats, takes five times as much memory. */
class Rows {
  readonly paths: string[] = [];
  readonly digests: string[] = [];
  numbers = new Float64Array(1_024 * statNumbers);

  add(path: string, stats: ArrayLike<number>, digest: string): void {
    const at = this.paths.length * statNumbers;
    if (at === this.numbers.length) {
      const larger = new Float64Array(2 * at);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers.set(stats, at);
    this.paths.push(path);
    this.digests.push(digest);
  }
}

const nothing: Stored = { format: 2, paths: [], stats: '', digests: '' };

async function readStored(state: StateDirectory): Promise<Stored | undefined> {
  try {
    return await state.readJson(cacheFile, schema);
  } catch (error) {
    if (!SyncError.is(error, 'stateCorrupted')) throw error;
    return undefined;
  }
}
