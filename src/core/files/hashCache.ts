import type { Stats } from 'node:fs';
import * as z from 'zod/mini';
import type { StateDirectory } from '../state/stateDirectory';
import { SyncError } from '../syncError';

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

interface Known {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly digest: string;
}

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
  const found: number[] = [];
  const added = new Map<string, Known>();
  let rows: ReadonlyMap<string, number> | undefined;
  let next = 0;

  /** Files are asked for in the order of the last time, mostly: then nothing is looked up. */
  const rowOf = (path: string): number | undefined => {
    if (paths[next] === path) return next;
    rows ??= new Map(paths.map((known, row) => [known, row]));
    return rows.get(path);
  };
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
  const knownAt = (row: number): [string, Known] => {
    const [size = -1, mtimeMs = -1, ctimeMs = -1, ino = -1] = numbers.subarray(row * statNumbers);
    return [paths[row] ?? '', { size, mtimeMs, ctimeMs, ino, digest: digestAt(row) }];
  };

  return {
    find(path, stats) {
      const row = rowOf(path);
      if (row === undefined) return undefined;
      next = row + 1;
      if (!isSame(row, stats)) return undefined;
      found.push(row);
      return digestAt(row);
    },
    add(path, { size, mtimeMs, ctimeMs, ino }, digest) {
      added.set(path, { size, mtimeMs, ctimeMs, ino, digest });
    },
    async save(nowMs) {
      if (added.size === 0 && found.length === paths.length) return;
      const kept = found.map(knownAt);
      const settled = [...kept, ...added].filter(
        ([, { mtimeMs, ctimeMs }]) => nowMs - Math.max(mtimeMs, ctimeMs) > settledMs,
      );
      const columns = Float64Array.from(
        settled.flatMap(([, { size, mtimeMs, ctimeMs, ino }]) => [size, mtimeMs, ctimeMs, ino]),
      );
      await state.writeJson(cacheFile, {
        format: 2,
        paths: settled.map(([path]) => path),
        stats: Buffer.from(columns.buffer).toString('base64'),
        digests: settled.map(([, { digest }]) => digest).join(''),
      });
    },
  };
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
