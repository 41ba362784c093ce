import { expect, it } from 'vitest';
import { mutateArchives } from './mutateArchives';

it('takes or refuses every damaged archive, and never anything else', async () => {
  const { accepted, refused } = await mutateArchives(1, 600, 30_000);
  expect(refused).toBeGreaterThan(accepted);
  expect(accepted).toBeGreaterThan(0);
});
