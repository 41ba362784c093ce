import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultCells, operations } from './faultCells';
import { openFaultBench, runFaultCell, type FaultBench } from './runFaultCell';

const cells = faultCells();
const outcomes = new Map<string, number>();

let bench: FaultBench;
beforeAll(async () => {
  bench = await openFaultBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

describe('every broken connection leaves the operation done or nothing changed', () => {
  it.each(cells.map((cell) => [cell.title, cell] as const))('%s', async (_title, cell) => {
    const outcome = `${cell.operation} ${await runFaultCell(bench, cell)}`;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  });

  it('covers at least 200 cells, with both outcomes for every operation', () => {
    expect(cells.length).toBeGreaterThanOrEqual(200);
    for (const operation of operations) {
      expect(outcomes.get(`${operation} done`)).toBeGreaterThan(0);
      expect(outcomes.get(`${operation} nothing changed`)).toBeGreaterThan(0);
    }
  });
});
