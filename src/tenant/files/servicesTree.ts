import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';

import { breather } from '../../core/disk/breathe';
import { comparePaths } from '../../core/files/archive/archivePath';
import { exclusionByName } from '../../core/files/excludedFile';
import { createFileHasher } from '../../core/files/hashFile';
import type { TenantSettings } from '../tenantOptions';

export interface ServiceFile {
  /** Relative to the services directory, with `/`. */
  readonly path: string;
  /** SHA-256 of the content, lower-case hex. */
  readonly checksum: string;
  readonly size: number;
  readonly executable: boolean;
}

export interface ServicesTree {
  /** Every served file as it is now; hashes come from a cache where the file's identity has not changed. */
  read(): Promise<readonly ServiceFile[]>;
}

interface FoundFile {
  readonly path: string;
  readonly absolutePath: string;
}

/** A file changed this recently may change again without any of its numbers moving. */
const settledNs = 2_000_000_000n;
const nothingIgnored = (): boolean => false;

/**
 * Reads the served directories. Links are never followed: what they point to is not ours to serve. Files that hold
 * secrets, and names that no archive may carry, are left out where the behaviour says so.
 */
export function createServicesTree(
  settings: Pick<TenantSettings, 'servicesDir' | 'directories' | 'behaviour'>,
): ServicesTree {
  let cache = new Map<string, { identity: string; file: ServiceFile }>();

  // Many small files: synchronous calls take a fraction of what the thread pool does; others have their turn in between.
  const breathe = breather(undefined);
  const hasher = createFileHasher();

  const describe = async (found: FoundFile, fresh: typeof cache): Promise<ServiceFile | undefined> => {
    const stats = statOrGone(found.absolutePath);
    if (stats === undefined || !stats.isFile()) return undefined;
    const identity = [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs, stats.mode].join(' ');
    const known = cache.get(found.path);
    const isKnown = known?.identity === identity;
    const hashed = isKnown ? undefined : hasher.hash(found.absolutePath, breathe);
    const now = hashed instanceof Promise ? await hashed : hashed;
    const checksum = isKnown ? known.file.checksum : now?.digest;
    if (checksum === undefined) return undefined;
    const executable = (stats.mode & 0o100n) !== 0n;
    const file = { path: found.path, checksum, size: Number(stats.size), executable };
    const settled = BigInt(Date.now()) * 1_000_000n - stats.ctimeNs > settledNs;
    if (settled) fresh.set(found.path, { identity, file });
    return file;
  };

  const strict = settings.behaviour.keepsSecrets;
  const collect = async (directory: string, prefix: string, found: FoundFile[]): Promise<void> => {
    const stats = statOrGone(directory);
    if (stats === undefined || !stats.isDirectory()) return;
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = `${prefix}/${entry.name}`;
      if (strict && exclusionByName(path, entry.isDirectory(), nothingIgnored) !== undefined) continue;
      const absolutePath = join(directory, entry.name);
      if (entry.isDirectory()) await collect(absolutePath, path, found);
      else if (entry.isFile()) found.push({ path, absolutePath });
    }
    await breathe();
  };

  return {
    async read() {
      const found: FoundFile[] = [];
      for (const directory of settings.directories)
        await collect(join(settings.servicesDir, directory), directory, found);
      if (settings.behaviour.manifestOrder === 'sorted') found.sort((a, b) => comparePaths(a.path, b.path));
      const fresh: typeof cache = new Map();
      const files: ServiceFile[] = [];
      for (const one of found) {
        const file = await describe(one, fresh);
        if (file !== undefined) files.push(file);
        const pause = breathe();
        if (pause) await pause;
      }
      cache = fresh;
      return files;
    },
  };
}

function statOrGone(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
