import { expect, it } from 'vitest';
import { dieWhileApplying } from './filesCrash';

const operations = ['pull', 'push', 'restore'] as const;

it.each(operations)(
  'ends a %s in old or new files when its process dies after any call to the file system',
  async (operation) => {
    const deaths = await dieWhileApplying(operation, 'after', 1);
    process.stdout.write(`${operation}: ${deaths} deaths after a call\n`);
    expect(deaths).toBeGreaterThan(100);
  },
  60 * 60_000,
);

it.each(operations)(
  'ends a %s in old or new files when its process dies half-way through any write',
  async (operation) => {
    const deaths = await dieWhileApplying(operation, 'half', 1);
    process.stdout.write(`${operation}: ${deaths} deaths half-way\n`);
    expect(deaths).toBeGreaterThan(3);
  },
  60 * 60_000,
);
