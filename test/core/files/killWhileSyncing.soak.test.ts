import { expect, it } from 'vitest';
import { killWhileSyncing } from './killWhileSyncing';

const kills = Number(process.env['SOAK_KILLS'] ?? 1_000);

it(
  'heals by itself when a pull, a push or a restore is killed, a thousand times',
  async () => {
    const done = await killWhileSyncing(kills);
    process.stdout.write(`${JSON.stringify(done)}\n`);
    expect(done.killed).toBeGreaterThanOrEqual(kills);
    expect(done.halfWay).toBeGreaterThan(0);
  },
  60 * 60_000,
);
