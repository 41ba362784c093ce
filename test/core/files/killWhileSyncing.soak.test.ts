import { expect, it } from 'vitest';
import { killWhileSyncing } from './killWhileSyncing';

/** With the 300 kills of swaps and the 300 of counters beside it, the soak comes to a thousand. */
const rounds = Number(process.env['SOAK_KILLS'] ?? 400);

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
