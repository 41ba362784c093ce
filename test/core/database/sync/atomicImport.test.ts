import { mkdtemp, mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import { BackupService } from '../../../../src/core/backups/backupService';
import type { DatabasePlan } from '../../../../src/core/database/sync/databasePlan';
import { quietContext } from '../../../../src/core/ports';
import { messageOf, SyncError } from '../../../../src/core/syncError';
import type { TestDatabase } from '../../../support/database';
import { untilBlocked } from '../../../support/untilBlocked';
import {
  addContext,
  addUser,
  contents,
  createDatabasePair,
  projectOf,
  type DatabasePairProject,
} from './databasePair';
import { startStatementProxy, type StatementProxy } from './statementProxy';

let current: DatabasePairProject | undefined;
let proxy: StatementProxy | undefined;
const others: Client[] = [];

async function pair(): Promise<DatabasePairProject> {
  current = await createDatabasePair();
  return current;
}

async function session(db: TestDatabase): Promise<Client> {
  const client = new Client({ connectionString: db.url });
  await client.connect();
  others.push(client);
  return client;
}

afterEach(async () => {
  await Promise.all(others.splice(0).map((client) => client.end()));
  await proxy?.close();
  proxy = undefined;
  await current?.dispose();
  current = undefined;
});

/** New rows, overwritten rows, a swap of names, and rows that stay: everything that an import does. */
async function source(db: TestDatabase): Promise<void> {
  for (const id of ['a', 'b', 'c', 'new'])
    await addUser(db, { id, full_name: 'source', updated_at: '2026-06-01T00:00:00Z' });
  await db.query(
    `UPDATE users SET name = 'x' WHERE id = 'a'; UPDATE users SET name = 'name a' WHERE id = 'b'; UPDATE users SET name = 'name b' WHERE id = 'a'`,
  );
  for (const id of ['ca', 'cnew']) await addContext(db, id, id.slice(1), 'source');
}

async function emptyTarget(db: TestDatabase): Promise<void> {
  await db.query('TRUNCATE users, user_contexts CASCADE');
}

async function target(db: TestDatabase): Promise<void> {
  await emptyTarget(db);
  for (const id of ['a', 'b', 'c', 'stays']) await addUser(db, { id, full_name: 'target' });
  await addContext(db, 'ca', 'a', 'target');
}

const everything = { direction: 'push', conflict: 'source', includeProtected: true } as const;

interface EveryStatement {
  readonly prepare: (db: TestDatabase) => Promise<void>;
  /** What the import takes at least. */
  readonly statements: number;
  /** That one which has happened leaves behind. */
  readonly backups: number;
}

/** Terminates the target's backend after each statement of an import in turn. @param answer of the statement, to the client */
async function terminateEach(
  { prepare, statements: least, backups: kept }: EveryStatement,
  answer: 'delivered' | 'lost',
): Promise<void> {
  const p = await pair();
  await source(p.local);
  proxy = await startStatementProxy(Number(new URL(p.cloud.url).port));
  const through = new URL(p.cloud.url);
  through.port = String(proxy.port);
  const project = await projectOf(p.root, p.local.url, through.href);
  const service = () => p.service({}, { project });
  const forget = () => rm(join(p.root, '.systemprompt', 'sync'), { recursive: true, force: true });

  await prepare(p.cloud);
  const before = await contents(p.cloud);
  const plan = await service().plan(everything);
  proxy.watch(async () => undefined);
  await service().apply(plan);
  const after = await contents(p.cloud);
  const statements = proxy.answers;
  expect(after).not.toEqual(before);
  expect(statements).toBeGreaterThan(least);

  const ends = { before: 0, after: 0 };
  for (let stop = 1; stop <= statements; stop += 1) {
    await prepare(p.cloud);
    await forget();
    proxy.watch(async ({ number, backend }) => {
      if (number !== stop) return;
      await p.cloud.query('SELECT pg_terminate_backend($1)', [backend]);
      if (answer === 'lost') return 'lose';
    });
    const error = await service()
      .apply(plan)
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    proxy.watch(async () => undefined);
    const now = await contents(p.cloud);
    const isBefore = JSON.stringify(now) === JSON.stringify(before);
    if (!isBefore) expect(now, `after statement ${stop}`).toEqual(after);
    ends[isBefore ? 'before' : 'after'] += 1;
    if (error === undefined) expect(isBefore, `statement ${stop} says done`).toBe(false);
    else expect(SyncError.is(error, 'database'), messageOf(error)).toBe(true);
    const backups = await new BackupService(project, quietContext()).list();
    if (isBefore && !(SyncError.is(error) && error.details?.['outcomeUnknown'] === true))
      expect(backups).toEqual([]);
    if (!isBefore) expect(backups).toHaveLength(kept);
  }
  expect(ends.before).toBeGreaterThan(statements - 5);
  expect(ends.after).toBeGreaterThan(0);
}

describe('an import', () => {
  it.each(['delivered', 'lost'] as const)(
    'leaves the target as before or as planned when its backend is terminated after any statement (answer %s)',
    (answer) => terminateEach({ prepare: target, statements: 20, backups: 1 }, answer),
    120_000,
  );

  it.each(['delivered', 'lost'] as const)(
    'leaves an empty target so as well, where rows are copied straight into it (answer %s)',
    (answer) => terminateEach({ prepare: emptyTarget, statements: 8, backups: 0 }, answer),
    120_000,
  );

  it('runs beside another one into an empty target: one copies, the other finds all done', async () => {
    const p = await pair();
    for (let n = 0; n < 500; n += 1) await addUser(p.local, { id: `many${n}` });
    const otherRoot = await mkdtemp(join(tmpdir(), 'sync-database-'));
    try {
      await mkdir(join(otherRoot, '.systemprompt'));
      await mkdir(join(otherRoot, 'services'));
      const project = await projectOf(otherRoot, p.local.url, p.cloud.url);
      const [ours, theirs] = [p.service(), p.service({}, { project })];
      const plans = await Promise.all([ours.plan(everything), theirs.plan(everything)]);
      const results = await Promise.all([ours.apply(plans[0]), theirs.apply(plans[1])]);
      expect(results.map(({ items_synced }) => items_synced).sort((one, other) => one - other)).toEqual([
        0, 500,
      ]);
      expect(await contents(p.cloud)).toEqual(await contents(p.local));
      expect((await ours.plan(everything)).areas.users).toMatchObject({ unchanged: 500, created: 0 });
    } finally {
      await rm(otherRoot, { recursive: true, force: true });
    }
  });

  it('runs beside another one: every row is written once, and both end well', async () => {
    const p = await pair();
    await source(p.local);
    for (let n = 0; n < 200; n += 1) await addUser(p.local, { id: `many${n}` });
    await target(p.cloud);
    const otherRoot = await mkdtemp(join(tmpdir(), 'sync-database-'));
    try {
      await mkdir(join(otherRoot, '.systemprompt'));
      await mkdir(join(otherRoot, 'services'));
      const project = await projectOf(otherRoot, p.local.url, p.cloud.url);
      const [ours, theirs] = [p.service(), p.service({}, { project })];
      for (let round = 0; round < 5; round += 1) {
        await p.local.query(`UPDATE users SET full_name = $1, updated_at = now()`, [`round ${round}`]);
        await p.local.query(`UPDATE user_contexts SET name = $1`, [`round ${round}`]);
        await addUser(p.local, { id: `late${round}` });
        const plans = await Promise.all([ours.plan(everything), theirs.plan(everything)]);
        const results = await Promise.all([ours.apply(plans[0]), theirs.apply(plans[1])]);
        const writes =
          plans[0].areas.users.created +
          plans[0].areas.users.updated +
          plans[0].areas.contexts.created +
          plans[0].areas.contexts.updated;
        expect(results.map(({ success }) => success)).toEqual([true, true]);
        expect(results[0].items_synced + results[1].items_synced).toBe(writes);
        const cloud = await contents(p.cloud);
        const mine = (rows: unknown[]) => rows.filter((row) => (row as { id?: string }).id !== 'stays');
        expect({ ...cloud, users: mine(cloud.users) }).toEqual(await contents(p.local));
      }
    } finally {
      await rm(otherRoot, { recursive: true, force: true });
    }
  });

  it('starts over when a rival changes one of its rows meanwhile, and then refuses that row', async () => {
    const p = await pair();
    await source(p.local);
    await target(p.cloud);
    const plan = await p.service().plan(everything);
    const rival = await session(p.cloud);
    await rival.query(`BEGIN; UPDATE users SET full_name = 'rival' WHERE id = 'c'`);
    const applied = p.service().apply(plan);
    await untilBlocked(await session(p.cloud));
    await rival.query('COMMIT');
    const result = await applied;
    expect(result).toMatchObject({ success: false, details: { users: { created: 1, updated: 2 } } });
    expect(result.errors).toEqual([expect.stringContaining('user c: one side has changed')]);
    expect(await p.cloud.query(`SELECT full_name FROM users WHERE id = 'c'`)).toEqual([
      { full_name: 'rival' },
    ]);
  });

  it.each([
    [
      'the same id',
      `INSERT INTO users (id, name, email) VALUES ('new', 'other', 'other@example.test')`,
      /since the plan was made/,
    ],
    [
      'the same name',
      `INSERT INTO users (id, name, email) VALUES ('rival', 'name new', 'rival@example.test')`,
      /name is taken by user rival/,
    ],
  ])('starts over when a rival creates a user with %s meanwhile', async (_what, insert, reason) => {
    const p = await pair();
    await source(p.local);
    await target(p.cloud);
    const plan = await p.service().plan(everything);
    const rival = await session(p.cloud);
    await rival.query(`BEGIN; ${insert}`);
    const applied = p.service().apply(plan);
    await untilBlocked(await session(p.cloud));
    await rival.query('COMMIT');
    const result = await applied;
    expect(result.details?.users).toMatchObject({ created: 0, updated: 3, skipped: [{ id: 'new' }] });
    expect(result.errors.join()).toMatch(reason);
  });

  it('can be cancelled while it waits: nothing is changed, and no session stays', async () => {
    const p = await pair();
    await source(p.local);
    await target(p.cloud);
    const before = await contents(p.cloud);
    const plan = await p.service().plan(everything);
    const rival = await session(p.cloud);
    await rival.query(`BEGIN; UPDATE users SET full_name = 'rival' WHERE id = 'c'`);
    const abort = new AbortController();
    const applied = p.service({ signal: abort.signal }).apply(plan);
    await untilBlocked(await session(p.cloud));
    abort.abort();
    await expect(applied).rejects.toSatisfy((error: unknown) => SyncError.is(error, 'cancelled'));
    await rival.query('ROLLBACK');
    expect(await contents(p.cloud)).toEqual(before);
    const sessions = () =>
      p.cloud.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'systemprompt-sync'`,
      );
    // The server notices a closed connection in its own time.
    await expect.poll(sessions, { timeout: 10_000 }).toEqual([]);
    expect(await new BackupService(p.project, quietContext()).list()).toEqual([]);
  });

  it('waits for a lock only so long', async () => {
    const p = await pair();
    await source(p.local);
    await target(p.cloud);
    const service = p.service({}, { timeouts: { lockMs: 100 } });
    const plan = await service.plan(everything);
    const rival = await session(p.cloud);
    await rival.query(`BEGIN; UPDATE users SET full_name = 'rival' WHERE id = 'c'`);
    await expect(service.apply(plan)).rejects.toThrow(/holds a lock/);
  });
});

describe('an import in batches', () => {
  const many = async (p: DatabasePairProject): Promise<DatabasePlan> => {
    for (let n = 0; n < 25; n += 1) {
      await addUser(p.local, { id: `u${n}` });
      await addContext(p.local, `c${n}`, `u${n}`);
    }
    return p.service().plan({ direction: 'push', batch: 10 });
  };

  it('ends like one in one transaction, swaps and base included', async () => {
    const p = await pair();
    await source(p.local);
    await target(p.cloud);
    const result = await p.sync({ ...everything, batch: 1 });
    expect(result).toMatchObject({ success: true, items_synced: 6, state: { kind: 'completed' } });
    expect(await p.cloud.query(`SELECT id, name FROM users WHERE id IN ('a', 'b') ORDER BY 1`)).toEqual([
      { id: 'a', name: 'name b' },
      { id: 'b', name: 'name a' },
    ]);
    expect(await p.sync(everything)).toMatchObject({ items_synced: 0, items_skipped: 0 });
  });

  it('keeps what it has committed when a later batch fails, and says how far it came', async () => {
    const p = await pair();
    const plan = await many(p);
    await p.cloud
      .query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.context_id = 'c9' THEN RAISE 'not this one'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON user_contexts FOR EACH ROW EXECUTE FUNCTION refuse()`);
    const result = await p.service().apply(plan);
    expect(result).toMatchObject({
      success: false,
      items_synced: 45,
      state: { kind: 'partial', completed: 45, total: 50 },
      errors: [expect.stringContaining('not this one')],
    });
    const { users, contexts } = await contents(p.cloud);
    expect([users.length, contexts.length]).toEqual([25, 20]);
    await p.cloud.query('DROP TRIGGER refuse ON user_contexts');
    expect(await p.sync({ direction: 'push', batch: 10 })).toMatchObject({ success: true, items_synced: 5 });
  });

  it('changes nothing when the same happens without batches', async () => {
    const p = await pair();
    await many(p);
    await p.cloud
      .query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.context_id = 'c9' THEN RAISE 'not this one'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON user_contexts FOR EACH ROW EXECUTE FUNCTION refuse()`);
    await expect(p.sync({ direction: 'push' })).rejects.toThrow(/not this one/);
    expect(await contents(p.cloud)).toEqual({ users: [], contexts: [] });
    expect(await readdir(join(p.root, '.systemprompt', 'sync')).catch(() => [])).not.toContain('base');
  });
});
