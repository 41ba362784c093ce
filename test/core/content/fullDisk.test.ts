import { describe, it } from 'vitest';
import { fillDisk } from './fullDisk';

describe.each([
  ['for good', true],
  ['for one call', false],
] as const)('a disk that is full %s', (_, lasting) => {
  // Every ninth write: each of them takes a whole run.
  it.each(['to-db', 'to-disk'] as const)(
    'leaves every row and file old or new on %s, and the next run finishes',
    (direction) => fillDisk(direction, lasting, 9),
  );
});
