import { describe, it } from 'vitest';
import { shareTicks } from './tickRunners';

describe('eight processes on one database, for a minute', () => {
  it('do every tick once, and lose none', async () => {
    await shareTicks({ runners: 8, ticks: 60, kills: 0, workMs: 20 });
  });

  it('take over the ticks of those who are killed in the middle of them', async () => {
    await shareTicks({ runners: 8, ticks: 60, kills: 6, workMs: 300 });
  });
});
