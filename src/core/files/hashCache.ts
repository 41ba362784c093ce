import type { Stats } from 'node:fs';
import * as z from 'zod/mini';
import type { StateDirectory } from '../state/stateDirectory';
import { SyncError } from '../syncError';

/** In columns: fifty thousand small objects would take longer to check than the files to look at. */
interface Stored {
  readonly format: 1;
  readonly paths: readonly string[];
  readonly sizes: readonly number[];
  readonly mtimes: readonly number[];
  readonly ctimes: readonly number[];
  readonly inodes: readonly number[];
  /** 64 hex digits for each path, in one text. */
  readonly digests: string;
}

/** By hand, in one pass: a schema that copies every column costs as much as reading it. */
const schema = z.custom<Stored>((value: unknown) => {
  if (typeof value !== 'object' || value === null) return false;
  const { format, paths, sizes, mtimes, ctimes, inodes, digests } = value as {
    readonly [Key in keyof Stored]?: unknown;
  };
  if (format !== 1 || !Array.isArray(paths) || typeof digests !== 'string') return false;
  const isColumn = (column: unknown) =>
    Array.isArray(column) &&
    column.length === paths.length &&
    column.every((number) => typeof number === 'number');
  return (
    paths.every((path) => typeof path === 'string') &&
    [sizes, mtimes, ctimes, inodes].every(isColumn) &&
    digests.length === paths.length * digestLength
  );
});

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
  /** False: a file is not worth looking at, it has to be hashed. */
  has(path: string): boolean;
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
  const stored = await readStored(state);
  const rows = new Map<string, number>();
  for (const [row, path] of (stored?.paths ?? []).entries()) rows.set(path, row);
  const found = new Set<number>();
  const added = new Map<string, Known>();
  return {
    has: (path) => rows.has(path),
    find(path, stats) {
      const row = rows.get(path);
      if (stored === undefined || row === undefined || !isSame(stored, row, stats)) return undefined;
      found.add(row);
      return digestAt(stored, row);
    },
    add(path, { size, mtimeMs, ctimeMs, ino }, digest) {
      added.set(path, { size, mtimeMs, ctimeMs, ino, digest });
    },
    async save(nowMs) {
      if (added.size === 0 && found.size === rows.size) return;
      const kept = stored === undefined ? [] : [...found].map((row) => knownAt(stored, row));
      const settled = [...kept, ...added].filter(
        ([, { mtimeMs, ctimeMs }]) => nowMs - Math.max(mtimeMs, ctimeMs) > settledMs,
      );
      const column = <Value>(of: (known: Known) => Value) => settled.map(([, known]) => of(known));
      await state.writeJson(cacheFile, {
        format: 1,
        paths: settled.map(([path]) => path),
        sizes: column(({ size }) => size),
        mtimes: column(({ mtimeMs }) => mtimeMs),
        ctimes: column(({ ctimeMs }) => ctimeMs),
        inodes: column(({ ino }) => ino),
        digests: column(({ digest }) => digest).join(''),
      });
    },
  };
}

function isSame(stored: Stored, row: number, { size, mtimeMs, ctimeMs, ino }: Stats): boolean {
  return (
    stored.sizes[row] === size &&
    stored.mtimes[row] === mtimeMs &&
    stored.ctimes[row] === ctimeMs &&
    stored.inodes[row] === ino
  );
}

function digestAt({ digests }: Stored, row: number): string {
  return digests.slice(row * digestLength, (row + 1) * digestLength);
}

function knownAt(stored: Stored, row: number): [string, Known] {
  const known = {
    size: stored.sizes[row] ?? -1,
    mtimeMs: stored.mtimes[row] ?? -1,
    ctimeMs: stored.ctimes[row] ?? -1,
    ino: stored.inodes[row] ?? -1,
    digest: digestAt(stored, row),
  };
  return [stored.paths[row] ?? '', known];
}

async function readStored(state: StateDirectory): Promise<Stored | undefined> {
  try {
    return await state.readJson(cacheFile, schema);
  } catch (error) {
    if (!SyncError.is(error, 'stateCorrupted')) throw error;
    return undefined;
  }
}
