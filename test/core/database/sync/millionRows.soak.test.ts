import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedRows } from '../../../../bench/databaseRows';
import { Client } from 'pg';
import { createDatabasePair, type DatabasePairProject } from './databasePair';

/** SOAK_USERS=250000 makes it the million; the default keeps the whole soak under its time on two cores. */
const users = Number(process.env['SOAK_USERS'] ?? 25_000);
const contexts = users * 3;
const memoryLimitMb = 200;

let pair: DatabasePairProject;
let folder: string;

beforeEach(async () => {
  pair = await createDatabasePair();
  folder = await mkdtemp(join(tmpdir(), 'sync-soak-'));
  await mkdir(join(folder, 'out'));
});

afterEach(async () => {
  await pair.dispose();
  await rm(folder, { recursive: true, force: true });
});

interface ChildAnswer {
  readonly synced: number;
  readonly unchanged: number;
  readonly maxRssMb: number;
}

/** A process of its own, as the command line is: its memory is nobody else's. */
async function pushInChild(): Promise<ChildAnswer> {
  const outfile = join(folder, 'out', 'push.mjs');
  await build({
    stdin: {
      contents: `
        import { DatabaseSyncService } from './src/core/database/sync/databaseSyncService';
        import { discoverProject } from './src/core/project/discoverProject';
        import { quietContext } from './src/core/ports';
        const [start, databaseUrl, cloudDatabaseUrl] = process.argv.slice(2);
        const project = await discoverProject({ start, env: {}, databaseUrl, cloudDatabaseUrl });
        const service = new DatabaseSyncService({ project, context: quietContext() });
        const result = await service.apply(await service.plan({ direction: 'push', conflict: 'source' }));
        const { users, contexts } = result.details;
        console.log(JSON.stringify({ synced: result.items_synced, unchanged: users.unchanged + contexts.unchanged,
                                     maxRssMb: process.resourceUsage().maxRSS / 1000 }));`,
      resolveDir: process.cwd(),
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native'],
    banner: {
      js: "import { createRequire as createRequireOfTest } from 'node:module';const require = createRequireOfTest(import.meta.url);",
    },
  });
  const child = spawn(process.execPath, [outfile, pair.root, pair.local.url, pair.cloud.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  return JSON.parse(text) as ChildAnswer;
}

describe(`a push of ${users + contexts} rows`, () => {
  it(
    `stays under ${memoryLimitMb} MB: into an empty target, with nothing changed, and with every row changed`,
    async () => {
      const client = new Client({ connectionString: pair.local.url });
      await client.connect();
      await seedRows(client, users, contexts);
      await client.end();
      const check = async (expected: Omit<ChildAnswer, 'maxRssMb'>) => {
        const answer = await pushInChild();
        process.stderr.write(`${JSON.stringify(answer)}\n`);
        expect(answer).toMatchObject(expected);
        expect(answer.maxRssMb).toBeLessThan(memoryLimitMb);
      };
      await check({ synced: users + contexts, unchanged: 0 });
      await check({ synced: 0, unchanged: users + contexts });
      await pair.local.query(`UPDATE users SET full_name = full_name || '!', updated_at = now()`);
      await pair.local.query(`UPDATE user_contexts SET name = name || '!'`);
      await check({ synced: users + contexts, unchanged: 0 });
    },
    60 * 60_000,
  );
});
