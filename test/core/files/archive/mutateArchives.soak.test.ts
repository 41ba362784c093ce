import { expect, it } from 'vitest';
import { mutateArchives } from './mutateArchives';

it('takes or refuses a million damaged archives', async () => {
  const seed = Date.now() >>> 0;
  const { runs, accepted } = await mutateArchives(seed, 1_000_000);
  process.stdout.write(`fuzz: seed ${seed}, ${runs} archives, ${accepted} of them taken\n`);
  expect(runs).toBe(1_000_000);
  expect(runs - accepted).toBeGreaterThan(accepted);
});
