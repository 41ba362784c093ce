import { describe, expect, it } from 'vitest';
import { dieWhileApplying } from './filesCrash';

/** Every call in the soak. */
const stride = 120;

describe('a process that dies while it applies', () => {
  it.each(['pull', 'push', 'restore'] as const)(
    'a %s leaves each path old or new, and the next run ends it',
    async (operation) => {
      expect(await dieWhileApplying(operation, 'after', stride)).toBeGreaterThan(1);
    },
    120_000,
  );
});
