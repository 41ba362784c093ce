import { lstatSync, readdirSync, renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../digest';
import { ioError } from '../state/ioReason';
import type { StateDirectory } from '../state/stateDirectory';
import { errnoOf } from '../syncError';

/** Contents that were downloaded once, by digest, to be shown or pulled without asking again; in the state directory. */
export interface ContentCache {
  /** The content, verified; undefined when it is not there, or not what its name says. @throws SyncError `io` */
  read(digest: string): Promise<Buffer | undefined>;
  /** Which of the digests are there; their bytes are looked at when they are read. */
  having(digests: Iterable<string>): ReadonlySet<string>;
  /** Takes over files whose contents have these digests; they are moved away. @throws SyncError `io` */
  take(files: Iterable<{ readonly digest: string; readonly file: string }>): Promise<void>;
  /** Removes the oldest ones beyond the limit. @throws SyncError `io` */
  prune(): void;
}

const maxBytes = 256 * 1024 * 1024;
const part = ['cache', 'remote'] as const;

/** Nothing is created before the first content is taken. Many small files: synchronous calls are several times faster. */
export function openContentCache(state: StateDirectory): ContentCache {
  const fileOf = (digest: string) => state.path(...part, digest);
  const names = () => {
    try {
      return readdirSync(state.path(...part)).filter((name) => /^[0-9a-f]{64}$/.test(name));
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
    having(digests) {
      const there = new Set(names());
      return new Set([...digests].filter((digest) => there.has(digest)));
    },
    async take(files) {
      const folder = await state.ensure(...part);
      try {
        for (const { digest, file } of files) renameSync(file, join(folder, digest));
      } catch (error) {
        throw ioError('Could not keep a content', error);
      }
    },
    prune() {
      const found: { path: string; size: number; mtimeMs: number }[] = [];
      try {
        for (const name of names()) {
          const path = fileOf(name);
          const { size, mtimeMs } = lstatSync(path);
          found.push({ path, size, mtimeMs });
        }
        found.sort((one, other) => other.mtimeMs - one.mtimeMs);
        let held = 0;
        for (const { path, size } of found) {
          held += size;
          if (held > maxBytes) unlinkSync(path);
        }
      } catch (error) {
        // Another process prunes as well.
        if (errnoOf(error) !== 'ENOENT') throw ioError('Could not prune the cached contents', error);
      }
    },
  };
}
