import { readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../digest';
import { ioError } from '../state/ioReason';
import type { StateDirectory } from '../state/stateDirectory';
import { errnoOf } from '../syncError';

/** Remote contents by digest: what was downloaded once, to be shown or pulled without asking again. */
export interface ContentCache {
  /** The content, verified; undefined when it is not there, or not what its name says. @throws SyncError `io` */
  read(digest: string): Promise<Buffer | undefined>;
  /** Which of the digests are there; their bytes are looked at when they are read. */
  having(digests: Iterable<string>): Promise<ReadonlySet<string>>;
  /** Takes over a file whose content has the digest; it is moved away. @throws SyncError `io` */
  take(digest: string, file: string): Promise<void>;
  /** Removes the oldest ones beyond the limit. @throws SyncError `io` */
  prune(): Promise<void>;
}

const part = ['cache', 'remote'] as const;
const maxCacheBytes = 256 * 1024 * 1024;

/** Nothing is created before the first content is taken. */
export function openContentCache(state: StateDirectory): ContentCache {
  const fileOf = (digest: string) => state.path(...part, digest);
  const names = async () => {
    try {
      return (await readdir(state.path(...part))).filter((name) => /^[0-9a-f]{64}$/.test(name));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw ioError('Could not list the cached contents', error);
    }
  };
  return {
    async read(digest) {
      try {
        const bytes = await state.fileSystem.readFile(fileOf(digest));
        return sha256(bytes) === digest ? bytes : undefined;
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return undefined;
        throw ioError('Could not read a cached content', error);
      }
    },
    async having(digests) {
      const there = new Set(await names());
      return new Set([...digests].filter((digest) => there.has(digest)));
    },
    async take(digest, file) {
      await state.ensure(...part);
      try {
        await rename(file, fileOf(digest));
      } catch (error) {
        throw ioError('Could not keep a downloaded content', error);
      }
    },
    async prune() {
      const found: { path: string; size: number; mtimeMs: number }[] = [];
      try {
        for (const name of await names()) {
          const path = join(state.path(...part), name);
          const { size, mtimeMs } = await stat(path);
          found.push({ path, size, mtimeMs });
        }
        found.sort((one, other) => other.mtimeMs - one.mtimeMs);
        let held = 0;
        for (const { path, size } of found) {
          held += size;
          if (held > maxCacheBytes) await unlink(path);
        }
      } catch (error) {
        // Another process prunes as well.
        if (errnoOf(error) !== 'ENOENT') throw ioError('Could not prune the cached contents', error);
      }
    },
  };
}
