import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { bundleScript } from '../../../support/bundleScript';
import type { FuzzCounts, FuzzTask } from './children/mutateArchives';

/**
 * Has honest archives damaged and read on two threads (children/mutateArchives.ts).
 *
 * @param seed the same seed damages in the same way
 */
export async function mutateArchives(seed: number, runs: number): Promise<FuzzCounts> {
  const script = await bundleScript(join(import.meta.dirname, 'children', 'mutateArchives.ts'));
  const half = Math.floor(runs / 2);
  const counts = await Promise.all([
    fuzz(script, { seed: seedOf(seed, 'first'), runs: half }),
    fuzz(script, { seed: seedOf(seed, 'second'), runs: runs - half }),
  ]);
  const sum = (of: (count: FuzzCounts) => number) => counts.reduce((total, count) => total + of(count), 0);
  return { runs: sum((count) => count.runs), accepted: sum((count) => count.accepted) };
}

function fuzz(script: string, task: FuzzTask): Promise<FuzzCounts> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: task });
    worker.on('message', resolve);
    worker.on('error', reject);
  });
}

function seedOf(seed: number, thread: string): number {
  return createHash('sha256').update(`${seed} ${thread}`).digest().readUInt32LE();
}
