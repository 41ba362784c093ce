import { expect, it } from 'vitest';
import { killWhileSyncing } from './killWhileSyncing';

it('heals by itself when a pull, a push or a restore is killed, a thousand times', async () => {
  const kills = await killWhileSyncing(1_200);
  process.stdout.write(`${JSON.stringify(kills)}\n`);
  expect(kills.killed).toBeGreaterThanOrEqual(1_000);
  expect(kills.halfWay).toBeGreaterThan(0);
});
