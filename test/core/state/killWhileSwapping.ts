import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { quietContext } from '../../../src/core/ports';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { applyUnderLock } from '../../../src/core/state/withProjectLock';
import { bundleChild } from '../../support/childProcess';
import { listState, readTree, temporaryProject } from './temporaryProject';
import { filesOfVersion, readVersion } from './versionedFiles';

/** Lets real processes swap files and kills each at a random time; what they leave must be whole after one recovery. */
export async function killWhileSwapping(rounds: number): Promise<void> {
  const start = await bundleChild(join(import.meta.dirname, 'children', 'swapForever.ts'));
  const root = await temporaryProject(filesOfVersion(1));
  const state = openStateDirectory(root);
  let version = 1;
  let longestMs = 120;
  for (let round = 0; round < rounds; round += 1) {
    const child = start(root);
    await child.ready;
    await delay(Math.random() * longestMs);
    child.kill();
    await child.ended;
    // One try: the lock of a dead process is free at once.
    await applyUnderLock(
      { state, owner: 'test', context: quietContext(), waitMs: 5_000 },
      async () => undefined,
    );
    const reached = await readVersion(root);
    expect(await readTree(root)).toEqual(filesOfVersion(reached));
    expect(await listState(root, 'journal')).toEqual([]);
    expect(await listState(root, 'staging')).toEqual([]);
    // How far a process gets depends on what else the machine does: a busy one is given longer.
    longestMs = reached === version ? longestMs * 1.5 : Math.max(120, longestMs / 1.5);
    version = reached;
  }
  expect(version).toBeGreaterThan(1);
}
