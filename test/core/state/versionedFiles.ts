import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../../src/core/digest';
import { quietContext } from '../../../src/core/ports';
import { swapFiles, type FileChange, type FileSwapResult } from '../../../src/core/state/fileSwap';
import type { StateDirectory } from '../../../src/core/state/stateDirectory';
import { applyUnderLock } from '../../../src/core/state/withProjectLock';

/**
 * Four files that always belong to one version: two that are rewritten, one that every odd version has and every even one
 * deletes, and one in a folder of its own that each version creates anew.
 */
export function filesOfVersion(version: number): Record<string, string> {
  return {
    'services/a.md': `a of version ${version}`,
    'services/content/b.md': `b of version ${version} `.repeat(500),
    [`services/new-${version}/c.md`]: `c of version ${version}`,
    ...(version % 2 === 1 && { 'services/odd.md': `odd version ${version}` }),
  };
}

/** What takes the files of one version to the next. */
export function changesToNext(version: number): FileChange[] {
  const [before, after] = [filesOfVersion(version), filesOfVersion(version + 1)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].map((path) => {
    const [old, content] = [before[path], after[path]];
    return {
      path,
      content: content === undefined ? null : Buffer.from(content),
      expect: old === undefined ? null : sha256(old),
    };
  });
}

export async function readVersion(root: string): Promise<number> {
  return Number(/\d+$/.exec(await readFile(join(root, 'services/a.md'), 'utf8'))?.[0]);
}

/** Completes what was interrupted, then goes one version on. */
export async function swapToNextVersion(state: StateDirectory): Promise<FileSwapResult> {
  const context = quietContext();
  const root = state.projectRoot;
  return applyUnderLock({ state, owner: 'swap', context }, async (lock) =>
    swapFiles({ state, lock, root, changes: changesToNext(await readVersion(root)), context }),
  );
}
