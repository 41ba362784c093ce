import { afterAll, expect, it } from 'vitest';
import { createContentProject } from '../../support/contentProject';
import { checkUpdates } from '../../support/updateProperties';

const project = await createContentProject();
afterAll(() => project.dispose());

it('gives what a new comparison gives, whatever was saved (40 cases)', { timeout: 120_000 }, async () => {
  const { updated, compared } = await checkUpdates(project, 40);
  // Both ways were taken.
  expect(updated).toBeGreaterThan(10);
  expect(compared).toBeGreaterThan(10);
});
