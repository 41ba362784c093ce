import { expect, it } from 'vitest';
import { dieWhileApplying } from './dyingRun';

/** After every second call: the whole soak has its time, and the swap that writes the files is killed after each of its own. */
it.each([
  ['to-db', 'after'],
  ['to-db', 'half'],
  ['to-disk', 'after'],
  ['to-disk', 'half'],
] as const)(
  'ends %s in old or new rows and files when its process dies %s any call',
  async (direction, moment) => {
    const { deaths, interrupted } = await dieWhileApplying(direction, moment, moment === 'after' ? 2 : 1);
    process.stdout.write(
      `${direction}, ${moment}: ${deaths} deaths, ${interrupted} of them left a journal\n`,
    );
    expect(deaths).toBeGreaterThan(3);
  },
);
