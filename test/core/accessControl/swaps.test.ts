import { expect, it } from 'vitest';
import { createAccessProject } from './accessProject';
import { pollThroughSwaps } from './swaps';

it('lets a reader that polls through 50 swaps see one whole set or the other, never an empty or mixed one', async () => {
  const p = await createAccessProject();
  try {
    const { polls, seen, allowed } = await pollThroughSwaps(p, 50);
    expect(allowed.size).toBe(2);
    expect(polls).toBeGreaterThan(100);
    expect(seen).toEqual(allowed);
  } finally {
    await p.dispose();
  }
});
