import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  addContext,
  addUser,
  contents,
  createDatabasePair,
  type DatabasePairProject,
} from '../core/database/sync/databasePair';
import { runCli, type CliRun } from '../support/runCli';

let current: DatabasePairProject | undefined;

async function pair(): Promise<DatabasePairProject> {
  current = await createDatabasePair();
  return current;
}

function cli(p: DatabasePairProject, ...args: string[]): Promise<CliRun> {
  const env = { DATABASE_URL: p.local.url, SYSTEMPROMPT_CLOUD_DATABASE_URL: p.cloud.url };
  return runCli([...args, '--json'], { cwd: p.root, env });
}

afterEach(async () => {
  await current?.dispose();
  current = undefined;
});

describe('systemprompt-sync db', () => {
  it('shows what differs, pushes it, and is in sync then', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u' });
    await addContext(p.local, 'c', 'u');
    const diff = await cli(p, 'db', 'diff');
    expect(diff.code).toBe(1);
    expect(diff.json()).toMatchObject({
      in_sync: false,
      users: { created: 1, updated: 0, unchanged: 0, skipped: [] },
      contexts: { created: 1, updated: 0, unchanged: 0, skipped: [] },
    });
    const push = await cli(p, 'db', 'push');
    expect(push.code).toBe(0);
    expect(push.json()).toMatchObject({
      operation: 'database_push',
      success: true,
      items_synced: 2,
      state: { kind: 'completed' },
    });
    const again = await cli(p, 'db', 'diff');
    expect([again.code, again.json()['in_sync']]).toEqual([0, true]);
    expect((await cli(p, 'db', 'diff', '--direction', 'pull')).code).toBe(0);
  });

  it('brings the rows that a push overwrote back into the cloud database, not into the own one', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u' });
    await cli(p, 'db', 'push');
    await p.local.query(`UPDATE users SET full_name = 'Newer', updated_at = now()`);
    const push = await cli(p, 'db', 'push', '--yes');
    const { backup } = push.json<{ backup: string }>();
    const [before] = await p.local.query<{ full_name: string | null }>('SELECT full_name FROM users');
    expect(await p.cloud.query('SELECT full_name FROM users')).toEqual([before]);

    const restore = await cli(p, 'backups', 'restore', backup, '--yes');
    expect([restore.code, restore.json()]).toMatchObject([0, { items_synced: 1 }]);
    expect(await p.cloud.query('SELECT full_name FROM users')).not.toEqual([before]);
    expect(await p.local.query('SELECT full_name FROM users')).toEqual([before]);
  });

  it('prints a plan on a dry run, with the id of the real one, and changes nothing', async () => {
    const p = await pair();
    await addUser(p.cloud, { id: 'u' });
    const dry = await cli(p, 'db', 'pull', '--dry-run');
    expect(dry.code).toBe(1);
    expect(dry.json()).toMatchObject({
      dry_run: true,
      operation: 'database_pull',
      items_synced: 0,
      steps: [{ action: 'create', key: 'u' }],
    });
    expect((await contents(p.local)).users).toEqual([]);
    expect((await cli(p, 'db', 'pull')).json()['plan_id']).toBe(dry.json()['plan_id']);
    expect((await cli(p, 'db', 'pull', '--dry-run')).code).toBe(0);
  });

  it('asks before it overwrites, keeps the old row, and names what a plan touches', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u' });
    await cli(p, 'db', 'push');
    await p.local.query(`UPDATE users SET name = 'New', full_name = 'New', updated_at = now()`);
    const refused = await cli(p, 'db', 'push', '--include-protected');
    expect([refused.code, refused.json()]).toMatchObject([2, { error: { code: 'confirmationRequired' } }]);
    expect(refused.stderr).toContain('This changes name');
    const push = await cli(p, 'db', 'push', '--include-protected', '--yes');
    expect([push.code, push.json()]).toMatchObject([0, { details: { users: { updated: 1 } } }]);
    const backups = await cli(p, 'backups', 'list');
    expect(backups.json()).toMatchObject([
      { id: push.json()['backup'], operation: 'database_push', items: 1 },
    ]);
  });

  it.each([
    ['nothing but a conflict', false, 6],
    ['something beside a conflict', true, 5],
  ])('exits by what was left: %s', async (_what, beside, code) => {
    const p = await pair();
    await addUser(p.local, { id: 'u', name: 'wanted' });
    await addUser(p.cloud, { id: 'v', name: 'wanted' });
    if (beside) await addUser(p.local, { id: 'w' });
    const push = await cli(p, 'db', 'push');
    expect(push.code).toBe(code);
    expect(push.json()).toMatchObject({ details: { users: { skipped: [{ id: 'u', kind: 'conflict' }] } } });
  });

  it('writes a file with --out, reads it with --in, and takes only one of them', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u' });
    const out = await cli(p, 'db', 'push', '--out', 'export.json');
    expect([out.code, out.json()]).toMatchObject([
      0,
      { details: { exported: { users: 1, contexts: 0 } }, items_synced: 0 },
    ]);
    expect(
      (JSON.parse(await readFile(join(p.root, 'export.json'), 'utf8')) as { users: unknown[] }).users,
    ).toHaveLength(1);
    expect((await contents(p.cloud)).users).toEqual([]);
    const both = await cli(p, 'db', 'push', '--in', 'export.json', '--out', 'other.json');
    expect([both.code, both.json()]).toMatchObject([2, { error: { code: 'invalidInput' } }]);
    expect((await cli(p, 'db', 'push', '--in', 'export.json')).json()).toMatchObject({ items_synced: 1 });
  });

  it.each([
    ['--batch', '0'],
    ['--conflict', 'disk'],
    ['--include', 'everybody'],
  ])('refuses %s %s', async (...args) => {
    const p = await pair();
    expect((await cli(p, 'db', 'push', ...args)).code).toBe(2);
  });

  it('does not start without a table, and says so as a result', async () => {
    const p = await pair();
    await p.cloud.query('DROP TABLE user_contexts');
    const push = await cli(p, 'db', 'push');
    expect([push.code, push.json()]).toMatchObject([
      4,
      { success: false, state: { kind: 'not_started' }, details: null },
    ]);
  });

  it('stops at a production target, and takes its typed host', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u' });
    const cloud = new URL(p.cloud.url);
    // A name that is not loopback by itself, and leads to this machine.
    cloud.hostname = '0.0.0.0';
    cloud.searchParams.set('sslmode', 'disable');
    const env = { DATABASE_URL: p.local.url, SYSTEMPROMPT_CLOUD_DATABASE_URL: cloud.href };
    const push = (...args: string[]) =>
      runCli(['db', 'push', '--json', '--yes', ...args], { cwd: p.root, env });
    const stopped = await push();
    expect([stopped.code, stopped.json()]).toMatchObject([
      6,
      { error: { code: 'guard', details: { guard: 'productionTarget' } } },
    ]);
    expect((await contents(p.cloud)).users).toEqual([]);
    expect((await push('--confirm-target', '0.0.0.0')).code).toBe(0);
  });

  it('asks the account for the address of the cloud database, and keeps its refusal', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u' });
    let status = 200;
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.headers.authorization} ${request.url}`);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(status === 200 ? { database_url: p.cloud.url } : { error: 'no' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const env = {
        DATABASE_URL: p.local.url,
        SYSTEMPROMPT_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        SYSTEMPROMPT_API_TOKEN: 'operator-token-of-the-test',
        SYSTEMPROMPT_TENANT_ID: 'tenant-1',
      };
      const run = () => runCli(['db', 'diff', '--json'], { cwd: p.root, env });
      expect((await run()).json()).toMatchObject({ users: { created: 1 } });
      expect(asked[0]).toBe('Bearer operator-token-of-the-test /api/v1/cloud/tenants/tenant-1/database');
      status = 401;
      const refused = await run();
      expect([refused.code, refused.json()]).toMatchObject([3, { error: { code: 'unauthorized' } }]);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('never shows a password, whatever happens', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u' });
    const runs = [await cli(p, 'db', 'diff', '--verbose'), await cli(p, 'db', 'push', '--verbose')];
    await p.cloud.drop();
    runs.push(await cli(p, 'db', 'diff', '--verbose'));
    expect(runs[2]?.code).toBe(4);
    for (const url of [p.local.url, p.cloud.url]) {
      for (const { stdout, stderr } of runs)
        expect(stdout + stderr).not.toContain(decodeURIComponent(new URL(url).password));
    }
  });
});
