import { describe, expect, it } from 'vitest';
import { fillDisk } from './fullDisk';

describe.each([
  ['for good', true],
  ['for one call', false],
] as const)('a disk that is full %s, at each of its writes', (how, lasting) => {
  it.each(['to-db', 'to-disk'] as const)(
    'leaves every row and file old or new on %s, and the next run finishes',
    async (direction) => {
      const failures = await fillDisk(direction, lasting, 1);
      process.stdout.write(`${direction}: ${failures} runs failed on a disk that was full ${how}\n`);
      expect(failures).toBeGreaterThan(10);
    },
  );
});
