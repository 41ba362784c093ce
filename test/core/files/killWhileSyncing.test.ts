import { expect, it } from 'vitest';
import { killWhileSyncing } from './killWhileSyncing';

it('heals by itself when a pull, a push or a restore is killed', async () => {
  const { killed } = await killWhileSyncing(15);
  expect(killed).toBeGreaterThanOrEqual(15);
}, 120_000);
