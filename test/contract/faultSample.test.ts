import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleCells } from './faultCells';
import { openFaultBench, runFaultCell, type FaultBench } from './runFaultCell';

let bench: FaultBench;
beforeAll(async () => {
  bench = await openFaultBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

/** A sample; the soak run takes every cell. */
describe('a broken connection leaves the operation done or nothing changed', () => {
  it.each(sampleCells(32).map((cell) => [cell.title, cell] as const))('%s', async (_title, cell) => {
    expect(['done', 'nothing changed']).toContain(await runFaultCell(bench, cell));
  });
});
