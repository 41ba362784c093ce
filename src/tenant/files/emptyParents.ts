import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';

import { errnoOf } from '../../core/syncError';

/** A directory that a deletion left empty goes too, but never a top-level one. */
export async function removeEmptyParents(path: string, servicesDir: string): Promise<void> {
  const parents = path.split('/').slice(0, -1);
  for (let depth = parents.length; depth > 1; depth -= 1) {
    try {
      await rmdir(join(servicesDir, ...parents.slice(0, depth)));
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOENT') return;
      throw error;
    }
  }
}
