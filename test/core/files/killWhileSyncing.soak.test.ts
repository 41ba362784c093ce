import { expect, it } from 'vitest';
import { killWhileSyncing } from './killWhileSyncing';

/** SOAK_KILLS=1200 makes it the thousand deaths; the default keeps the whole soak under its time on two cores. */
const rounds = Number(process.env['SOAK_KILLS'] ?? 300);

it(
  'heals by itself when a pull, a push or a restore is killed, hundreds of times',
  async () => {
    const kills = await killWhileSyncing(rounds);
    process.stdout.write(`${JSON.stringify(kills)}\n`);
    expect(kills.killed).toBeGreaterThanOrEqual(rounds / 2);
    expect(kills.halfWay).toBeGreaterThan(0);
  },
  60 * 60_000,
);
