import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { readSchema } from '../demo/schema/readSchema.mjs';
import { startPostgres } from '../scripts/postgres.mjs';
import { AccessControlLocalSync } from '../src/core/accessControl/accessControlLocalSync';
import { quietContext } from '../src/core/ports';
import { discoverProject } from '../src/core/project/discoverProject';
import { startDelayProxy } from './delayProxy.mjs';
import { measure, printTable } from './measure';

const rules = 10_000;
const rolesPerEntity = 4;
const oneWayMs = 10;
/** One statement per rule over a distant connection would take minutes for all of them. */
const sampledRules = 100;
const rounds = 5;

const root = mkdtempSync(join(tmpdir(), 'sync-bench-'));
const postgres = await startPostgres();
const proxy = await startDelayProxy({ port: postgres.port, delayMs: oneWayMs });
const client = new Client({ connectionString: postgres.url });
await client.connect();
try {
  writeProject();
  await client.query(readSchema({ schema: ['accessControl'], generation: 'current' }));
  const distant = new URL(postgres.url);
  distant.port = String(proxy.port);
  await newRules(distant.href);
  await unchanged(distant.href);
} finally {
  await client.end();
  await proxy.close();
  await postgres.stop();
  rmSync(root, { recursive: true, force: true });
}

function writeProject(): void {
  const entries = Array.from(
    { length: rules / rolesPerEntity },
    (_, index) =>
      `  - entity_type: gateway_route\n    entity_id: route-${index}\n    access: ${index % 7 === 0 ? 'deny' : 'allow'}\n    roles: [admin, user, editor, auditor]\n`,
  );
  mkdirSync(join(root, '.systemprompt'), { recursive: true });
  mkdirSync(join(root, 'services', 'access-control'), { recursive: true });
  writeFileSync(join(root, 'services', 'access-control', 'config.yaml'), `rules:\n${entries.join('')}`);
}

async function syncThrough(databaseUrl: string): Promise<AccessControlLocalSync> {
  return new AccessControlLocalSync(
    await discoverProject({ start: root, env: {}, databaseUrl }),
    quietContext(),
  );
}

async function newRules(url: string): Promise<void> {
  const sync = await syncThrough(url);
  const empty = () => client.query('TRUNCATE access_control_entities CASCADE');
  const ours: number[] = [];
  const single: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    await empty();
    const turns = await proxy.turns();
    let start = performance.now();
    await sync.apply(sync.plan(await sync.diff(), {}));
    ours.push((performance.now() - start) / rules);
    if (round === 0)
      console.log(`\nRound trips of one diff and apply, both sessions: ${(await proxy.turns()) - turns}`);
    await empty();
    start = performance.now();
    await oneStatementPerRule(url);
    single.push((performance.now() - start) / sampledRules);
  }
  const [own, other] = [ours, single].map((values) => values.slice(1).sort((a, b) => a - b)[2] ?? 0);
  printTable(
    `${rules} new rules, at ${2 * oneWayMs} ms round trip`,
    ['what', 'ms per rule', 'times faster', 'goal'],
    [
      ['one statement per rule, in one transaction', (other ?? 0).toFixed(3), '', ''],
      [
        'ours: reading, comparing, checks and base',
        (own ?? 0).toFixed(3),
        ((other ?? 0) / (own ?? 1)).toFixed(0),
        '≥ 20',
      ],
    ],
  );
}

async function oneStatementPerRule(url: string): Promise<void> {
  const connection = new Client({ connectionString: url });
  await connection.connect();
  try {
    await connection.query('BEGIN');
    await connection.query(
      `INSERT INTO access_control_entities (entity_type, entity_id, source) SELECT 'gateway_route', 'route-' || n, 'x' FROM generate_series(0, 99) n`,
    );
    for (let index = 0; index < sampledRules; index += 1) {
      await connection.query(
        `INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value, access) VALUES ('gateway_route', $1, 'role', $2, 'allow')
         ON CONFLICT (entity_type, entity_id, rule_type, rule_value) DO UPDATE SET access = EXCLUDED.access`,
        [`route-${index}`, 'admin'],
      );
    }
    await connection.query('COMMIT');
  } finally {
    await connection.end();
  }
}

async function unchanged(url: string): Promise<void> {
  const sync = await syncThrough(url);
  await sync.apply(sync.plan(await sync.diff(), { override: true, deleteOrphans: true, prune: true }));
  const before = await lastWrite();
  const turns = await proxy.turns();
  await sync.diff();
  const withData = (await proxy.turns()) - turns;
  const bare = await proxy.turns();
  await connectAndAsk(url, 'SELECT 1');
  const bareTurns = (await proxy.turns()) - bare;
  await measure(`${rules} rules unchanged, at ${2 * oneWayMs} ms round trip`, [
    { name: 'connect and SELECT 1', run: () => connectAndAsk(url, 'SELECT 1') },
    {
      name: 'connect and all columns of all rules',
      run: () => connectAndAsk(url, 'SELECT * FROM access_control_rules'),
    },
    {
      name: 'ours: whole comparison',
      run: () => sync.diff(),
      anchor: 'connect and all columns of all rules',
    },
  ]);
  const written = (await lastWrite()) === before ? 'no row' : 'some rows';
  console.log(
    `\nRound trips, log-in included: ${withData} for a comparison, ${bareTurns} for SELECT 1; ${written} written.`,
  );
}

async function connectAndAsk(url: string, question: string): Promise<void> {
  const connection = new Client({ connectionString: url });
  await connection.connect();
  await connection.query(question);
  await connection.end();
}

/** Every row carries the transaction that wrote it. */
async function lastWrite(): Promise<string> {
  const { rows } = await client.query<{ last: string }>(
    `SELECT md5(string_agg(xmin::text || id, ',' ORDER BY id)) AS last FROM access_control_rules`,
  );
  return rows[0]?.last ?? '';
}
