import { describe, expect, it } from 'vitest';
import { dieWhileApplying } from './dyingRun';

/** Every second call in the soak. */
const stride = 40;

describe('a process that dies while it applies content', () => {
  it('leaves rows all old or all new and each file whole, and the next run ends it', async () => {
    expect((await dieWhileApplying('to-db', 'after', stride)).deaths).toBeGreaterThan(1);
    const { deaths, interrupted } = await dieWhileApplying('to-disk', 'after', stride);
    expect(deaths).toBeGreaterThan(1);
    expect(interrupted).toBeGreaterThan(0);
  });
});
