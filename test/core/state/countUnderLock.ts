import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { bundleChild } from '../../support/childProcess';
import { temporaryProject } from './temporaryProject';

export interface CountOptions {
  /** Processes that count to the end at the same time. */
  readonly counters: number;
  /** How often each of them counts. */
  readonly increments: number;
  /** Processes that are killed meanwhile, one after the other, at a random time. */
  readonly victims: number;
}

/**
 * Real processes read, add one and write, under the lock; some are killed. A number that two of them have written is a lost
 * update. A killed process may have written one number without noting it.
 */
export async function countUnderLock({ counters, increments, victims }: CountOptions): Promise<void> {
  const start = await bundleChild(join(import.meta.dirname, 'children', 'countUnderLock.ts'));
  const root = await temporaryProject({ counter: '0' });
  const running = Array.from({ length: counters }, (_, index) =>
    start(root, `counter-${index}`, String(increments)),
  );
  for (let index = 0; index < victims; index += 1) {
    const victim = start(root, `victim-${index}`, String(Number.MAX_SAFE_INTEGER));
    await victim.ready;
    await delay(Math.random() * 300);
    victim.kill();
    expect(await victim.ended).toBe('SIGKILL');
  }
  expect(await Promise.all(running.map(({ ended }) => ended))).toEqual(running.map(() => 0));

  const numbers = await notedNumbers(root);
  const counted = Number(await readFile(join(root, 'counter'), 'utf8'));
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.length).toBeGreaterThanOrEqual(counters * increments);
  expect(counted - numbers.length).toBeGreaterThanOrEqual(0);
  expect(counted - numbers.length).toBeLessThanOrEqual(victims);
}

async function notedNumbers(root: string): Promise<number[]> {
  const names = (await readdir(root)).filter((name) => name.startsWith('numbers-'));
  const texts = await Promise.all(names.map((name) => readFile(join(root, name), 'utf8')));
  return texts.flatMap((text) => text.trim().split('\n').map(Number));
}
