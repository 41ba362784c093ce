import { expect, it } from 'vitest';
import { createAccessProject } from './accessProject';
import { pollThroughSwaps } from './swaps';

it.each(['0.12', 'current'] as const)(
  'lets a reader that polls through 1,000 swaps on the tables of %s see whole sets only',
  async (generation) => {
    const p = await createAccessProject({}, generation);
    try {
      const { polls, seen, allowed } = await pollThroughSwaps(p, 1000);
      expect(polls).toBeGreaterThan(1000);
      expect(seen).toEqual(allowed);
    } finally {
      await p.dispose();
    }
  },
  600_000,
);
