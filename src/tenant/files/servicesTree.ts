import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { defaultArchiveLimits } from '../../core/files/archive/archiveLimits';
import { archivePathProblem, comparePaths } from '../../core/files/archive/archivePath';
import { neverSentReason } from '../../core/files/archive/neverSent';
import { errnoOf } from '../../core/syncError';
import type { TenantSettings } from '../tenantOptions';
import { createConcurrencyLimit } from './exclusive';

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

/**
 * Reads the served directories. Links are never followed: what they point to is not ours to serve. Files that hold
 * secrets, and names that no archive may carry, are left out where the behaviour says so.
 */
export function createServicesTree(
  settings: Pick<TenantSettings, 'servicesDir' | 'directories' | 'behaviour'>,
): ServicesTree {
  let cache = new Map<string, { identity: string; file: ServiceFile }>();
  const limited = createConcurrencyLimit(16);

  const describe = async (found: FoundFile, fresh: typeof cache): Promise<ServiceFile | undefined> => {
    const stats = await statOrGone(found.absolutePath);
    if (stats === undefined || !stats.isFile()) return undefined;
    const identity = [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs, stats.mode].join(' ');
    const known = cache.get(found.path);
    const file =
      known?.identity === identity
        ? known.file
        : {
            path: found.path,
            checksum: await hashFile(found.absolutePath),
            size: Number(stats.size),
            executable: (stats.mode & 0o100n) !== 0n,
          };
    const settled = BigInt(Date.now()) * 1_000_000n - stats.ctimeNs > settledNs;
    if (settled) fresh.set(found.path, { identity, file });
    return file;
  };

  return {
    async read() {
      const found: FoundFile[] = [];
      for (const directory of settings.directories) {
        await collect(
          join(settings.servicesDir, directory),
          directory,
          settings.behaviour.keepsSecrets,
          found,
        );
      }
      if (settings.behaviour.manifestOrder === 'sorted') found.sort((a, b) => comparePaths(a.path, b.path));
      const fresh: typeof cache = new Map();
      const files = await Promise.all(found.map((file) => limited(() => describe(file, fresh))));
      cache = fresh;
      return files.filter((file) => file !== undefined);
    },
  };
}

async function collect(
  directory: string,
  prefix: string,
  strict: boolean,
  found: FoundFile[],
): Promise<void> {
  const stats = await statOrGone(directory);
  if (stats === undefined || !stats.isDirectory()) return;
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = `${prefix}/${entry.name}`;
    if (strict && (neverSentReason(path) ?? archivePathProblem(path, defaultArchiveLimits)) !== undefined)
      continue;
    if (entry.isDirectory()) await collect(join(directory, entry.name), path, strict, found);
    else if (entry.isFile()) found.push({ path, absolutePath: join(directory, entry.name) });
  }
}

async function statOrGone(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
