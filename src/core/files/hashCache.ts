import type { Stats } from 'node:fs';
import * as z from 'zod/mini';
import type { StateDirectory } from '../state/stateDirectory';
import { SyncError } from '../syncError';

/** In columns: fifty thousand small objects would take longer to check than the files to look at. */
const schema = z.object({
  format: z.literal(1),
  paths: z.array(z.string()),
  sizes: z.array(z.number()),
  mtimes: z.array(z.number()),
  ctimes: z.array(z.number()),
  inodes: z.array(z.number()),
  /** 64 hex digits for each path, in one text. */
  digests: z.string(),
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
  const kept = new Map<string, Known>();
  let news = false;
  return {
    find(path, stats) {
      const known = stored.get(path);
      if (known === undefined || !isSame(known, stats)) return undefined;
      kept.set(path, known);
      return known.digest;
    },
    add(path, { size, mtimeMs, ctimeMs, ino }, digest) {
      kept.set(path, { size, mtimeMs, ctimeMs, ino, digest });
      news = true;
    },
    async save(nowMs) {
      if (!news && kept.size === stored.size) return;
      const settled = [...kept].filter(
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

function isSame(known: Known, { size, mtimeMs, ctimeMs, ino }: Stats): boolean {
  return known.size === size && known.mtimeMs === mtimeMs && known.ctimeMs === ctimeMs && known.ino === ino;
}

async function readStored(state: StateDirectory): Promise<ReadonlyMap<string, Known>> {
  const known = new Map<string, Known>();
  try {
    const stored = await state.readJson(cacheFile, schema);
    if (stored === undefined) return known;
    const { paths, sizes, mtimes, ctimes, inodes, digests } = stored;
    for (const [index, path] of paths.entries()) {
      const digest = digests.slice(index * digestLength, (index + 1) * digestLength);
      if (digest.length !== digestLength) break;
      known.set(path, {
        size: sizes[index] ?? -1,
        mtimeMs: mtimes[index] ?? -1,
        ctimeMs: ctimes[index] ?? -1,
        ino: inodes[index] ?? -1,
        digest,
      });
    }
  } catch (error) {
    if (!SyncError.is(error, 'stateCorrupted')) throw error;
    known.clear();
  }
  return known;
}
