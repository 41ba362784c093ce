import { expect, it } from 'vitest';
import { mutateArchives } from './mutateArchives';

it('takes or refuses every damaged archive, and never anything else', async () => {
  const { accepted, runs } = await mutateArchives(1, 4_000);
  expect(accepted).toBeGreaterThan(0);
  expect(runs - accepted).toBeGreaterThan(accepted);
});
