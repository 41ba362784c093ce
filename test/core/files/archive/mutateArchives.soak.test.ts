import { expect, it } from 'vitest';
import { mutateArchives } from './mutateArchives';

it('takes or refuses every damaged archive, a million of them or as many as fit four minutes', async () => {
  const seed = Date.now() >>> 0;
  const counts = await mutateArchives(seed, 1_000_000, 240_000);
  process.stdout.write(`fuzz: seed ${seed}, ${JSON.stringify(counts)}\n`);
  expect(counts.refused).toBeGreaterThan(counts.accepted);
});
