import { lstat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';

import { createPathRegistry } from '../../core/files/archive/pathRegistry';
import { errnoOf } from '../../core/syncError';
import { HttpProblem } from '../httpProblem';
import { hashFile } from './servicesTree';
import type { ServiceFile } from './servicesTree';

export type TargetState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'file'; readonly checksum: string; readonly size: number; readonly mode: number };

export type TargetReader = (path: string) => Promise<TargetState>;

/**
 * Tells what lies at a path now. Every directory on the way must be a real one: a link would lead out of the services
 * directory, a file would have to be destroyed. Each directory is looked at once: a reader is for one run, under the
 * lock.
 *
 * @param present what was read under the same lock; its checksums are not computed again
 * @throws (the reader) HttpProblem conflict_error
 */
export function createTargetReader(servicesDir: string, present: readonly ServiceFile[]): TargetReader {
  const known = new Map(present.map((file) => [file.path, file]));
  const parents = new Map<string, 'directory' | 'absent'>();

  const readParent = async (parent: string, path: string): Promise<'directory' | 'absent'> => {
    const seen = parents.get(parent);
    if (seen !== undefined) return seen;
    const stats = await statOrAbsent(join(servicesDir, ...parent.split('/')));
    if (stats !== undefined && !stats.isDirectory()) {
      throw occupied(path, 'a directory on its way is a link or a file on the server');
    }
    const state = stats === undefined ? 'absent' : 'directory';
    parents.set(parent, state);
    return state;
  };

  return async (path) => {
    const components = path.split('/');
    for (let depth = 1; depth < components.length; depth += 1) {
      const parent = components.slice(0, depth).join('/');
      if ((await readParent(parent, path)) === 'absent') return { kind: 'absent' };
    }
    const absolute = join(servicesDir, ...components);
    const stats = await statOrAbsent(absolute);
    if (stats === undefined) return { kind: 'absent' };
    if (!stats.isFile()) throw occupied(path, 'on the server it is a directory, a link or a device');
    const file = known.get(path);
    const checksum = file?.size === stats.size ? file.checksum : await hashFile(absolute);
    return { kind: 'file', checksum, size: stats.size, mode: stats.mode & 0o777 };
  };
}

/**
 * New names must be able to lie beside the ones that are there, also on a client without letter case.
 *
 * @throws HttpProblem conflict_error
 */
export function requireNoTwins(present: readonly ServiceFile[], incoming: readonly string[]): void {
  const registry = createPathRegistry();
  const known = new Set<string>();
  for (const { path } of present) {
    known.add(path);
    // Twins that are there already are not this upload's fault.
    registry.claim(path, 'file');
  }
  for (const path of incoming) {
    const problem = known.has(path) ? undefined : registry.claim(path, 'file');
    if (problem !== undefined) throw occupied(path, problem.reason);
  }
}

async function statOrAbsent(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function occupied(path: string, reason: string): HttpProblem {
  return new HttpProblem('conflict_error', `${path} cannot be written: ${reason}.`, {
    details: { paths: [path] },
  });
}
