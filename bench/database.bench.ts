import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from, to } from 'pg-copy-streams';
import { readSchema } from '../demo/schema/readSchema.mjs';
import { startPostgres } from '../scripts/postgres.mjs';
import { DatabaseSyncService } from '../src/core/database/sync/databaseSyncService';
import { quietContext } from '../src/core/ports';
import { discoverProject } from '../src/core/project/discoverProject';
import { pushRowByRow } from './databaseReference';
import { seedRows } from './databaseRows';
import { startDelayProxy } from './delayProxy.mjs';
import { printTable } from './measure';

const users = Number(process.env['BENCH_USERS'] ?? 20_000);
const contexts = users * 3;
const rows = users + contexts;
const rounds = 5;
const roundTripMs = 30;
/** Row by row takes minutes for all of them. */
const sampledUsers = 500;
const sampledFarUsers = 10;

const folder = mkdtempSync(join(tmpdir(), 'sync-bench-'));
const postgres = await startPostgres({ durable: true });
const proxy = await startDelayProxy({ port: postgres.port, delayMs: roundTripMs / 2 });
try {
  await printDurability();
  const local = await createDatabase('bench_local');
  const cloud = await createDatabase('bench_cloud');
  const plain = await createDatabase('bench_plain');
  await withClient(local, (client) => seedRows(client, users, contexts));
  await nearby(local, cloud, plain);
  await distant(local, cloud, plain);
  console.log(`\nResident memory at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB.`);
} finally {
  await proxy.close();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Row by row commits every row: that costs what it costs in the field only where the server flushes its log. */
async function printDurability(): Promise<void> {
  await withClient(postgres.url, async (client) => {
    const { rows: found } = await client.query<{ name: string; setting: string }>(
      `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') ORDER BY name`,
    );
    const settings = found.map(({ name, setting }) => `${name} ${setting}`).join(', ');
    console.log(`\nPostgres with ${settings}.`);
  });
}

async function nearby(local: string, cloud: string, plain: string): Promise<void> {
  const times = {
    copy: [] as number[],
    cold: [] as number[],
    same: [] as number[],
    rowByRow: [] as number[],
  };
  for (let round = 0; round <= rounds; round += 1) {
    const service = await newService(local, cloud);
    await empty(plain, cloud);
    const copy = await timed(() => copyAll(local, plain));
    const cold = await timed(() => push(service, rows));
    const same = await timed(() => push(service, 0));
    await empty(plain);
    const rowByRow = await perRow(local, plain, sampledUsers);
    // The first round warms up.
    if (round === 0) continue;
    times.copy.push(copy);
    times.cold.push(cold);
    times.same.push(same);
    times.rowByRow.push(rowByRow * rows);
  }
  const times1 = (above: readonly number[], below: readonly number[]) =>
    median(above.map((value, index) => value / (below[index] ?? NaN))).toFixed(2);
  printTable(
    `push, ${users} users + ${contexts} contexts, loopback (medians of ${rounds} pairs)`,
    ['what', 'ms', 'ratio', 'to', 'goal'],
    [
      ['COPY out piped into COPY in', ms(median(times.copy)), '', '', ''],
      [
        'plan and import, empty target',
        ms(median(times.cold)),
        times1(times.cold, times.copy),
        'COPY',
        '≤ 3',
      ],
      [
        'plan and import, nothing changed',
        ms(median(times.same)),
        times1(times.cold, times.same),
        'faster than empty',
        '≥ 3',
      ],
      [
        `row by row (${sampledUsers} users, scaled)`,
        ms(median(times.rowByRow)),
        times1(times.rowByRow, times.cold),
        'ours is faster',
        '≥ 15',
      ],
    ],
  );
}

async function distant(local: string, cloud: string, plain: string): Promise<void> {
  await empty(cloud, plain);
  const service = await newService(local, through(cloud));
  const start = await proxy.turns();
  const cold = await timed(() => push(service, rows));
  const coldTurns = (await proxy.turns()) - start;
  const same = await timed(() => push(service, 0));
  const sameTurns = (await proxy.turns()) - start - coldTurns;
  const slow = await perRow(local, through(plain), sampledFarUsers);
  printTable(
    `push, ${roundTripMs} ms round trip`,
    ['what', 'ms', 'ms per row', 'ratio', 'goal', 'round trips'],
    [
      ['plan and import, empty target', ms(cold), (cold / rows).toFixed(4), '', '', String(coldTurns)],
      ['plan and import, nothing changed', ms(same), '', '', '', String(sameTurns)],
      [
        `row by row (${sampledFarUsers} users)`,
        '',
        slow.toFixed(1),
        (slow / (cold / rows)).toFixed(0),
        '≥ 500',
        '',
      ],
    ],
  );
}

/** Plan and import with sessions of their own, as the command line does it. */
async function push(service: DatabaseSyncService, expected: number): Promise<void> {
  const result = await service.apply(await service.plan({ direction: 'push' }));
  if (!result.success || result.items_synced !== expected)
    throw new Error(`${result.items_synced} rows, not ${expected}`);
}

async function newService(databaseUrl: string, cloudDatabaseUrl: string): Promise<DatabaseSyncService> {
  const start = mkdtempSync(join(folder, 'project-'));
  mkdirSync(join(start, '.systemprompt'));
  mkdirSync(join(start, 'services'));
  const project = await discoverProject({ start, env: {}, databaseUrl, cloudDatabaseUrl });
  return new DatabaseSyncService({ project, context: quietContext() });
}

function copyAll(source: string, target: string): Promise<void> {
  return withClient(source, (reading) =>
    withClient(target, async (writing) => {
      for (const table of ['users', 'user_contexts']) {
        await pipeline(
          reading.query(to(`COPY ${table} TO STDOUT`)),
          writing.query(from(`COPY ${table} FROM STDIN`)),
        );
      }
    }),
  );
}

/** Milliseconds per row. */
function perRow(source: string, target: string, count: number): Promise<number> {
  return withClient(source, (reading) =>
    withClient(target, async (writing) => {
      const start = performance.now();
      const sent = await pushRowByRow(reading, writing, Math.min(count, users));
      return (performance.now() - start) / sent;
    }),
  );
}

async function createDatabase(name: string): Promise<string> {
  await withClient(postgres.url, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0`));
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  await withClient(url.href, (client) => client.query(readSchema({ schema: ['users'] })));
  return url.href;
}

async function empty(...databases: readonly string[]): Promise<void> {
  for (const url of databases)
    await withClient(url, (client) => client.query('TRUNCATE users, user_contexts CASCADE'));
}

async function withClient<T>(connectionString: string, run: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

function through(url: string): string {
  const proxied = new URL(url);
  proxied.port = String(proxy.port);
  return proxied.href;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;
}

function ms(value: number): string {
  return value.toFixed(0);
}
