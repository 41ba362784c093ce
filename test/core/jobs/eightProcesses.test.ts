import { describe, it } from 'vitest';
import { shareTicks } from './tickRunners';

describe('eight processes on one database', () => {
  it('do every tick once, and lose none', async () => {
    await shareTicks({ runners: 8, ticks: 5, kills: 0, workMs: 0 });
  });

  it('take over the tick of whoever is killed in the middle of it', async () => {
    await shareTicks({ runners: 8, ticks: 6, kills: 1, workMs: 300 });
  });
});
