import { describe, it } from 'vitest';
import { fillDisk } from './fullDisk';

describe.each([
  ['for good', true],
  ['for one call', false],
] as const)('a disk that is full %s, at any write', (_, lasting) => {
  it.each(['to-db', 'to-disk'] as const)(
    'leaves every row and file old or new on %s, and the next run finishes',
    (direction) => fillDisk(direction, lasting, 1),
    600_000,
  );
});
