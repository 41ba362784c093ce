import { describe, expect, it } from 'vitest';
import { fillDisk } from './fullDisk';

describe.each([
  ['for good', true],
  ['for one call', false],
] as const)('a disk that is full %s', (_, lasting) => {
  // Every ninth write, since each takes a whole run; all of them in the soak.
  it.each(['to-db', 'to-disk'] as const)(
    'leaves every row and file old or new on %s, and the next run finishes',
    async (direction) => expect(await fillDisk(direction, lasting, 9)).toBeGreaterThan(0),
  );
});
