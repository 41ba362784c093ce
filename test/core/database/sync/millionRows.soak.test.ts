import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import { seedRows } from '../../../../bench/databaseRows';
import { bundleScript } from '../../../support/bundleScript';
import { createDatabasePair, type DatabasePairProject } from './databasePair';

/** A million rows. The last push overwrites half of them: it backs them up as well, which takes longer than all the rest. */
const users = Number(process.env['SOAK_USERS'] ?? 250_000);
const contexts = users * 3;
/** All users, and every third context. */
const changed = users + contexts / 3;
const memoryLimitMb = 200;

let pair: DatabasePairProject;

beforeEach(async () => {
  pair = await createDatabasePair();
});

afterEach(async () => {
  await pair.dispose();
});

interface ChildAnswer {
  readonly synced: number;
  readonly unchanged: number;
  readonly maxRssMb: number;
}

/** A process of its own, as the command line is: its memory is nobody else's. */
async function pushInChild(script: string): Promise<ChildAnswer> {
  const child = spawn(process.execPath, [script, pair.root, pair.local.url, pair.cloud.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  return JSON.parse(text) as ChildAnswer;
}

describe(`a push of ${users + contexts} rows`, () => {
  it(
    `stays under ${memoryLimitMb} MB: into an empty target, with nothing changed, and with half of the rows changed`,
    async () => {
      const client = new Client({ connectionString: pair.local.url });
      await client.connect();
      await seedRows(client, users, contexts);
      await client.end();
      const script = await bundleScript(join(import.meta.dirname, 'children', 'pushOnce.ts'));
      const check = async (expected: Omit<ChildAnswer, 'maxRssMb'>) => {
        const answer = await pushInChild(script);
        process.stderr.write(`${JSON.stringify(answer)}\n`);
        expect(answer).toMatchObject(expected);
        expect(answer.maxRssMb).toBeLessThan(memoryLimitMb);
      };
      await check({ synced: users + contexts, unchanged: 0 });
      await check({ synced: 0, unchanged: users + contexts });
      await pair.local.query(`UPDATE users SET full_name = full_name || '!', updated_at = now()`);
      await pair.local.query(
        String.raw`UPDATE user_contexts SET name = name || '!' WHERE substring(name FROM '\d+$')::int % 3 = 0`,
      );
      await check({ synced: changed, unchanged: users + contexts - changed });
    },
    60 * 60_000,
  );
});
