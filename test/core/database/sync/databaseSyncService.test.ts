import { afterEach, describe, expect, it } from 'vitest';
import type { DatabaseSyncOptions } from '../../../../src/core/database/sync/syncOptions';
import { isInSync } from '../../../../src/core/database/sync/databasePlan';
import { SyncError } from '../../../../src/core/syncError';
import { addContext, addUser, contents, createDatabasePair, type DatabasePairProject } from './databasePair';

let current: DatabasePairProject | undefined;

async function pair(...args: Parameters<typeof createDatabasePair>): Promise<DatabasePairProject> {
  current = await createDatabasePair(...args);
  return current;
}

/** A user that both sides hold, in step since a first sync. */
async function agreedUser(p: DatabasePairProject): Promise<void> {
  await addUser(p.local, { id: 'u', full_name: 'Old' });
  await addContext(p.local, 'c', 'u', 'Old');
  await p.sync({ direction: 'push' });
}

const change = (time: string) => `UPDATE users SET full_name = 'at ${time}', updated_at = '${time}'`;

afterEach(async () => {
  await current?.dispose();
  current = undefined;
});

describe('pushing users and contexts', () => {
  it('creates them in an empty target, counts what the server wrote, and is in sync then', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u1', full_name: 'Ann' });
    await addUser(p.local, { id: 'u2', roles: ['admin', 'user'] });
    await addContext(p.local, 'c1', 'u1');
    const result = await p.sync({ direction: 'push' });
    expect(result).toMatchObject({
      operation: 'database_push',
      success: true,
      items_synced: 3,
      items_skipped: 0,
      state: { kind: 'completed' },
      details: { users: { created: 2, updated: 0, unchanged: 0, skipped: [] }, contexts: { created: 1 } },
    });
    expect(result.backup).toBeUndefined();
    expect(await contents(p.cloud)).toEqual(await contents(p.local));
    const again = await p.sync({ direction: 'push' });
    expect(again).toMatchObject({
      items_synced: 0,
      details: { users: { unchanged: 2 }, contexts: { unchanged: 1 } },
    });
  });

  it('writes no row that is equal, and keeps created_at of a row that exists', async () => {
    const p = await pair();
    for (const id of ['a', 'b', 'c']) await addUser(p.local, { id });
    await p.sync({ direction: 'push' });
    await p.cloud.query(`UPDATE users SET created_at = '2020-01-01T00:00:00Z'`);
    const versions = () => p.cloud.query('SELECT id, xmin::text, created_at FROM users ORDER BY id');
    const before = await versions();
    await p.local.query(`UPDATE users SET full_name = 'New', updated_at = now() WHERE id = 'b'`);
    const result = await p.sync({ direction: 'push' });
    expect(result.details?.users).toMatchObject({ created: 0, updated: 1, unchanged: 2 });
    const after = await versions();
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(after[1]?.['xmin']).not.toBe(before[1]?.['xmin']);
    expect(after[1]?.['created_at']).toEqual(before[1]?.['created_at']);
  });

  it('previews without changing a row, a table or the state', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u' });
    const relations = () => p.cloud.query('SELECT relname FROM pg_class WHERE relname LIKE $1', ['sync%']);
    const plan = await p.service().plan({ direction: 'push' });
    expect(plan.steps).toMatchObject([{ action: 'create', area: 'users', key: 'u', label: 'name u' }]);
    expect(await contents(p.cloud)).toEqual({ users: [], contexts: [] });
    expect(await relations()).toEqual([]);
    await expect(
      import('node:fs/promises').then(({ access }) => access(`${p.root}/.systemprompt/sync`)),
    ).rejects.toThrow();
    expect((await p.service().plan({ direction: 'push' })).id).toBe(plan.id);
    await addUser(p.local, { id: 'v' });
    expect((await p.service().plan({ direction: 'push' })).id).not.toBe(plan.id);
  });

  it('never deletes: rows that only the target has stay, and do not count as a difference', async () => {
    const p = await pair();
    await addUser(p.cloud, { id: 'only-there' });
    const plan = await p.service().plan({ direction: 'push' });
    expect([isInSync(plan), plan.steps]).toEqual([true, []]);
    await p.service().apply(plan);
    expect((await contents(p.cloud)).users).toHaveLength(1);
  });

  it('pulls the other way', async () => {
    const p = await pair();
    await addUser(p.cloud, { id: 'u' });
    await addContext(p.cloud, 'c', 'u');
    const result = await p.sync({ direction: 'pull' });
    expect(result).toMatchObject({ operation: 'database_pull', items_synced: 2 });
    expect(await contents(p.local)).toEqual(await contents(p.cloud));
  });
});

describe('a user that both sides have otherwise', () => {
  const earlier = '2026-05-01T00:00:00Z';
  const later = '2026-06-01T00:00:00Z';

  it.each([
    ['changed here alone', earlier, undefined, {}, 'updated'],
    ['changed there alone', undefined, earlier, {}, /changed in the target only/],
    [
      'changed there alone, source chosen',
      undefined,
      earlier,
      { conflict: 'source' },
      /changed in the target only/,
    ],
    ['changed on both sides, here later', later, earlier, {}, 'updated'],
    ['changed on both sides, there later', earlier, later, {}, /target is newer/],
    ['changed on both sides at one time', later, later, {}, 'unchanged'],
    ['changed on both sides, abort', later, earlier, { conflict: 'abort' }, /changed on both sides/],
    ['changed on both sides, source chosen', earlier, later, { conflict: 'source' }, 'updated'],
    ['changed on both sides, target chosen', later, earlier, { conflict: 'target' }, /target was chosen/],
  ] as const)('%s', async (_what, here, there, options, expected) => {
    const p = await pair();
    await agreedUser(p);
    if (here !== undefined) await p.local.query(change(here));
    if (there !== undefined) await p.cloud.query(change(there));
    const before = await contents(p.cloud);
    const { details } = await p.sync({ direction: 'push', ...options });
    if (typeof expected === 'string') {
      expect(details?.users).toMatchObject({
        created: 0,
        updated: expected === 'updated' ? 1 : 0,
        skipped: [],
      });
    } else {
      expect(details?.users.skipped).toMatchObject([
        { id: 'u', reason: expect.stringMatching(expected) as string },
      ]);
    }
    expect((await contents(p.cloud)).users).toEqual(
      expected === 'updated' ? (await contents(p.local)).users : before.users,
    );
  });

  it.each([
    ['newer here', later, earlier, {}, 'updated'],
    ['newer there', earlier, later, {}, /target is newer/],
    ['newer there, source chosen', earlier, later, { conflict: 'source' }, 'updated'],
    ['newer here, abort', later, earlier, { conflict: 'abort' }, /nothing says which side/],
  ] as const)('without an earlier sync: %s', async (_what, here, there, options, expected) => {
    const p = await pair();
    await addUser(p.local, { id: 'u' });
    await addUser(p.cloud, { id: 'u' });
    await p.local.query(change(here));
    await p.cloud.query(change(there));
    const plan = await p.service().plan({ direction: 'push', ...options });
    if (expected === 'updated')
      expect(plan.steps).toMatchObject([{ action: 'update', columns: ['full_name'] }]);
    else expect(plan.left).toMatchObject([{ key: 'u', reason: expect.stringMatching(expected) as string }]);
  });

  it('is a conflict when both were changed at one time, whoever asks', async () => {
    const p = await pair();
    await agreedUser(p);
    await p.local.query(`UPDATE users SET full_name = 'here', updated_at = '${later}'`);
    await p.cloud.query(`UPDATE users SET full_name = 'there', updated_at = '${later}'`);
    for (const direction of ['push', 'pull'] as const) {
      expect((await p.service().plan({ direction })).left).toMatchObject([{ kind: 'conflict' }]);
    }
  });

  it('stays a conflict until it is decided, and is not taken over as agreed', async () => {
    const p = await pair();
    await agreedUser(p);
    await p.local.query(change(later));
    await p.cloud.query(change(earlier));
    const abort: DatabaseSyncOptions = { direction: 'push', conflict: 'abort' };
    await p.sync(abort);
    expect((await p.sync(abort)).details?.users.skipped).toMatchObject([{ kind: 'conflict' }]);
  });

  it('is created again only on request where the target has deleted it', async () => {
    const p = await pair();
    await agreedUser(p);
    await p.cloud.query('DELETE FROM users');
    const left = await p.sync({ direction: 'push' });
    expect(left.details?.users.skipped).toMatchObject([
      { id: 'u', reason: expect.stringContaining('deleted in the target') as string },
    ]);
    expect((await contents(p.cloud)).users).toEqual([]);
    expect((await p.sync({ direction: 'push', conflict: 'source' })).items_synced).toBe(2);
  });

  it('is known as deleted also where the target has no row left at all', async () => {
    const p = await pair();
    for (let n = 0; n < 30; n += 1) await addUser(p.local, { id: `u${n}` });
    await p.sync({ direction: 'push' });
    await p.cloud.query('DELETE FROM users');
    await addUser(p.local, { id: 'new' });
    const { details } = await p.sync({ direction: 'push' });
    expect(details?.users).toMatchObject({ created: 1, skipped_total: 30 });
    expect(details?.users.skipped.every(({ reason }) => reason.startsWith('deleted in the target'))).toBe(
      true,
    );
  });

  it('travels when it was changed again after being overwritten', async () => {
    const p = await pair();
    await agreedUser(p);
    for (const [from, to, direction] of [
      [p.local, p.cloud, 'push'],
      [p.cloud, p.local, 'pull'],
      [p.local, p.cloud, 'push'],
    ] as const) {
      await from.query(`UPDATE users SET full_name = full_name || '!', updated_at = now()`);
      expect((await p.sync({ direction })).details?.users.updated).toBe(1);
      expect((await contents(to)).users).toEqual((await contents(from)).users);
    }
  });
});

describe('protected columns of a user that exists', () => {
  const edit = `UPDATE users SET full_name = 'New', name = 'new-name', email = 'new@example.test', roles = '{admin}',
                                 status = 'suspended', email_verified = true, updated_at = now()`;

  it('stay as the target has them, and are named', async () => {
    const p = await pair();
    await agreedUser(p);
    await p.local.query(edit);
    const plan = await p.service().plan({ direction: 'push' });
    expect(plan.steps).toMatchObject([
      { columns: ['full_name'], kept: ['email', 'email_verified', 'name', 'roles', 'status'] },
    ]);
    await p.service().apply(plan);
    expect(
      await p.cloud.query('SELECT full_name, name, email, roles, status, email_verified FROM users'),
    ).toEqual([
      {
        full_name: 'New',
        name: 'name u',
        email: 'u@example.test',
        roles: ['user'],
        status: 'active',
        email_verified: false,
      },
    ]);
    const left = (await p.service().plan({ direction: 'push' })).left;
    expect(left).toMatchObject([
      { kind: 'skipped', reason: expect.stringContaining('--include-protected') as string },
    ]);
  });

  it('are carried on request, and called out first', async () => {
    const p = await pair();
    await agreedUser(p);
    await p.local.query(edit);
    const plan = await p.service().plan({ direction: 'push', includeProtected: true });
    expect(plan.callouts[0]).toMatch(/name, e-mail, roles, status .* of 1 user/);
    expect((await p.service().apply(plan)).warnings).toEqual(expect.arrayContaining([plan.callouts[0]]));
    expect((await contents(p.cloud)).users).toEqual((await contents(p.local)).users);
  });

  it('does not call out a plan that creates users', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u', roles: ['admin'] });
    expect((await p.service().plan({ direction: 'push', includeProtected: true })).callouts).toEqual([]);
  });

  it('calls out a plan that overwrites more than a quarter of the target', async () => {
    const p = await pair();
    for (let n = 0; n < 8; n += 1) await addUser(p.local, { id: `u${n}` });
    await p.sync({ direction: 'push' });
    await p.local.query(`UPDATE users SET full_name = 'x', updated_at = now() WHERE id IN ('u1', 'u2')`);
    expect((await p.service().plan({ direction: 'push' })).callouts).toEqual([]);
    await p.local.query(`UPDATE users SET full_name = 'x', updated_at = now() WHERE id = 'u3'`);
    expect((await p.service().plan({ direction: 'push' })).callouts).toEqual([
      expect.stringContaining('3 of the 8 rows'),
    ]);
  });
});

describe('names and e-mails', () => {
  it('lets two users swap them, and three go round', async () => {
    const p = await pair();
    for (const id of ['a', 'b', 'c', 'd', 'e']) await addUser(p.local, { id });
    await p.sync({ direction: 'push' });
    const rename = async (names: Record<string, string>) => {
      for (const [id] of Object.entries(names))
        await p.local.query(`UPDATE users SET name = $1, email = $1 WHERE id = $2`, [`${id}@free.test`, id]);
      for (const [id, to] of Object.entries(names)) {
        await p.local.query(`UPDATE users SET name = $1, email = $2, updated_at = now() WHERE id = $3`, [
          `name ${to}`,
          `${to}@example.test`,
          id,
        ]);
      }
    };
    await rename({ a: 'b', b: 'a', c: 'd', d: 'e', e: 'c' });
    const result = await p.sync({ direction: 'push', includeProtected: true });
    expect(result.details?.users).toMatchObject({ updated: 5, skipped: [] });
    expect((await contents(p.cloud)).users).toEqual((await contents(p.local)).users);
  });

  it('gives a name that is given up in the same import to a new user', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'old', name: 'taken' });
    await p.sync({ direction: 'push' });
    await p.local.query(`UPDATE users SET name = 'other', updated_at = now()`);
    await addUser(p.local, { id: 'new', name: 'taken' });
    expect((await p.sync({ direction: 'push', includeProtected: true })).items_synced).toBe(2);
    expect(await p.cloud.query('SELECT id, name FROM users ORDER BY id')).toEqual([
      { id: 'new', name: 'taken' },
      { id: 'old', name: 'other' },
    ]);
  });

  it.each(['name', 'email'] as const)(
    'skips a user whose %s is taken, and says so for its contexts too',
    async (column) => {
      const p = await pair();
      await addUser(p.local, { id: 'mine', [column]: 'wanted@example.test' });
      await addContext(p.local, 'c', 'mine');
      await addUser(p.cloud, { id: 'theirs', [column]: 'wanted@example.test' });
      const { details, items_synced } = await p.sync({ direction: 'push' });
      expect(items_synced).toBe(0);
      expect(details?.users.skipped).toMatchObject([
        { id: 'mine', reason: expect.stringContaining('taken by user theirs') as string },
      ]);
      expect(details?.contexts.skipped).toMatchObject([
        { id: 'c', reason: 'its owner mine is not in the target' },
      ]);
    },
  );

  it('follows a chain: who cannot let go keeps the next one from moving', async () => {
    const p = await pair();
    for (const id of ['a', 'b']) await addUser(p.local, { id });
    await p.sync({ direction: 'push' });
    await addUser(p.cloud, { id: 'stranger', name: 'wanted' });
    await p.local.query(`UPDATE users SET name = 'wanted', updated_at = now() WHERE id = 'b'`);
    await p.local.query(`UPDATE users SET name = 'name b', updated_at = now() WHERE id = 'a'`);
    const { details } = await p.sync({ direction: 'push', includeProtected: true });
    expect(details?.users.skipped.map(({ id, reason }) => [id, reason])).toEqual([
      ['a', 'its name is taken by user b in the target'],
      ['b', 'its name is taken by user stranger in the target'],
    ]);
  });
});

describe('contexts', () => {
  it('never change their owner', async () => {
    const p = await pair();
    for (const db of [p.local, p.cloud]) for (const id of ['a', 'b']) await addUser(db, { id });
    await addContext(p.local, 'c', 'a', 'new name');
    await addContext(p.cloud, 'c', 'b');
    const { details } = await p.sync({ direction: 'push', conflict: 'source', includeProtected: true });
    expect(details?.contexts.skipped).toMatchObject([
      { id: 'c', reason: expect.stringContaining('belongs to user b') as string },
    ]);
    expect(await p.cloud.query('SELECT user_id, name FROM user_contexts')).toEqual([
      { user_id: 'b', name: 'context c' },
    ]);
  });

  it('keep the session that the target has, and bring theirs only where the target knows it', async () => {
    const p = await pair();
    await agreedUser(p);
    await p.cloud.query(`INSERT INTO user_sessions (session_id) VALUES ('there'), ('shared')`);
    await p.local.query(`INSERT INTO user_sessions (session_id) VALUES ('here'), ('shared')`);
    await p.cloud.query(`UPDATE user_contexts SET session_id = 'there'`);
    await p.local.query(`UPDATE user_contexts SET name = 'New', session_id = 'here'`);
    for (const id of ['here', 'shared']) {
      await p.local.query(
        `INSERT INTO user_contexts (context_id, user_id, name, session_id) VALUES ($1, 'u', 'n', $1)`,
        [id],
      );
    }
    await p.sync({ direction: 'push' });
    expect(await p.cloud.query('SELECT context_id, session_id, name FROM user_contexts ORDER BY 1')).toEqual([
      { context_id: 'c', session_id: 'there', name: 'New' },
      { context_id: 'here', session_id: null, name: 'n' },
      { context_id: 'shared', session_id: 'shared', name: 'n' },
    ]);
    expect(isInSync(await p.service().plan({ direction: 'push' }))).toBe(true);
  });

  it('converge although a trigger rewrites updated_at', async () => {
    const p = await pair();
    await agreedUser(p);
    await p.local.query(`UPDATE user_contexts SET name = 'New'`);
    expect((await p.sync({ direction: 'push' })).details?.contexts.updated).toBe(1);
    // data.md 8: an upsert with an explicit time stores the current one instead.
    const upsert = `INSERT INTO user_contexts (context_id, user_id, name, updated_at)
      SELECT context_id, user_id, name, '2020-01-01Z' FROM user_contexts
      ON CONFLICT (context_id) DO UPDATE SET updated_at = EXCLUDED.updated_at
      RETURNING updated_at > now() - interval '1 minute' AS is_now`;
    expect(await p.cloud.query(upsert)).toEqual([{ is_now: true }]);
    for (const direction of ['push', 'pull'] as const) {
      expect(isInSync(await p.service().plan({ direction }))).toBe(true);
    }
  });

  it.each([
    [{}, 'conflict', 'there'],
    [{ conflict: 'target' }, 'skipped', 'there'],
    [{ conflict: 'source' }, undefined, 'here'],
  ] as const)('without an earlier sync are shown, and decided with %j', async (options, kind, name) => {
    const p = await pair();
    for (const [db, text] of [
      [p.cloud, 'there'],
      [p.local, 'here'],
    ] as const) {
      await addUser(db, { id: 'u' });
      await addContext(db, 'c', 'u', text);
    }
    const { details } = await p.sync({ direction: 'push', ...options });
    expect(details?.contexts.skipped[0]?.kind).toBe(kind);
    expect(await p.cloud.query('SELECT name FROM user_contexts')).toEqual([{ name }]);
  });

  it('come with a warning that their messages stay', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u' });
    await addContext(p.local, 'c', 'u');
    expect((await p.service().plan({ direction: 'push' })).warnings).toEqual([
      expect.stringContaining('without their messages'),
    ]);
  });
});

describe('users that stay home', () => {
  it.each([
    ['anonymous', { email: 'f00@anonymous.local' }],
    ['anonymous', { roles: ['anonymous'] }],
    ['bot', { is_bot: true }],
    ['scanner', { is_scanner: true }],
    ['temporary', { status: 'temporary' }],
    ['deleted', { status: 'deleted' }],
  ] as const)('%s: with their contexts, unless asked for (%j)', async (kind, user) => {
    const p = await pair();
    await addUser(p.local, { id: 'home', ...user });
    await addContext(p.local, 'c', 'home');
    const plan = await p.service().plan({ direction: 'push' });
    expect([isInSync(plan), plan.areas.users.home, plan.areas.contexts.home]).toEqual([true, 1, 1]);
    const asked = await p.service().plan({ direction: 'push', include: [kind] });
    expect(asked.steps.map(({ area }) => area)).toEqual(['users', 'contexts']);
  });

  it('count by what the source says: a user whom the target has deleted is compared', async () => {
    const p = await pair();
    await agreedUser(p);
    await p.cloud.query(`UPDATE users SET status = 'deleted', updated_at = now()`);
    expect((await p.service().plan({ direction: 'push' })).left).toMatchObject([
      { key: 'u', reason: expect.stringContaining('protected columns') as string },
    ]);
  });
});

describe('what the plan saw', () => {
  it('is checked again: a row that has moved since is refused, the others are written', async () => {
    const p = await pair();
    for (const id of ['a', 'b']) await addUser(p.local, { id });
    await p.sync({ direction: 'push' });
    await p.local.query(`UPDATE users SET full_name = 'planned', updated_at = now()`);
    const plan = await p.service().plan({ direction: 'push' });
    await p.cloud.query(`UPDATE users SET full_name = 'meanwhile' WHERE id = 'a'`);
    const result = await p.service().apply(plan);
    expect(result).toMatchObject({ success: false, items_synced: 1, items_skipped: 1 });
    expect(result.errors).toEqual([expect.stringContaining('since the plan was made')]);
    expect(await p.cloud.query('SELECT id, full_name FROM users ORDER BY id')).toEqual([
      { id: 'a', full_name: 'meanwhile' },
      { id: 'b', full_name: 'planned' },
    ]);
  });

  it('does not let in what the plan did not name', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'a' });
    const plan = await p.service().plan({ direction: 'push' });
    await addUser(p.local, { id: 'later' });
    const result = await p.service().apply(plan);
    expect(result.items_synced).toBe(1);
    expect(await p.cloud.query('SELECT id FROM users')).toEqual([{ id: 'a' }]);
  });

  it('refuses the contexts of a user that is refused', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u' });
    await addContext(p.local, 'c', 'u');
    const plan = await p.service().plan({ direction: 'push' });
    await p.local.query(`UPDATE users SET full_name = 'moved on'`);
    const result = await p.service().apply(plan);
    expect(result.details?.contexts.skipped).toMatchObject([
      { id: 'c', reason: 'its owner u is not in the target' },
    ]);
    expect(await contents(p.cloud)).toEqual({ users: [], contexts: [] });
  });

  it('counts a planned row that is equal by now as unchanged', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u' });
    const plan = await p.service().plan({ direction: 'push' });
    await p.sync({ direction: 'push' });
    expect(await p.service().apply(plan)).toMatchObject({
      success: true,
      items_synced: 0,
      items_skipped: 0,
      details: { users: { unchanged: 1 } },
    });
  });
});

describe('two schema generations', () => {
  it.each([
    ['0.12', 'current', 'push'],
    ['current', '0.12', 'push'],
    ['0.12', 'current', 'pull'],
    ['current', '0.12', 'pull'],
  ] as const)(
    'local %s, cloud %s, %s: carries the shared columns, and names the others',
    async (local, cloud, direction) => {
      const p = await pair({ local, cloud });
      const [from, to] = direction === 'push' ? [p.local, p.cloud] : [p.cloud, p.local];
      await addUser(from, { id: 'u' });
      await addContext(from, 'c', 'u');
      const plan = await p.service().plan({ direction });
      const fromHasKind = (direction === 'push' ? local : cloud) === 'current';
      expect(plan.warnings[0]).toContain(
        fromHasKind ? 'only the source has kind' : 'only the target has kind',
      );
      expect((await p.service().apply(plan)).items_synced).toBe(2);
      expect(await to.query('SELECT name FROM user_contexts')).toEqual([{ name: 'context c' }]);
      if (!fromHasKind) expect(await to.query('SELECT kind FROM user_contexts')).toEqual([{ kind: 'user' }]);
      expect(isInSync(await p.service().plan({ direction }))).toBe(true);
    },
  );

  it('carries the newer column where both have it', async () => {
    const p = await pair({ local: 'current', cloud: 'current' });
    await addUser(p.local, { id: 'u' });
    await addContext(p.local, 'c', 'u');
    await p.local.query(`UPDATE user_contexts SET kind = 'gateway'`);
    await p.sync({ direction: 'push' });
    expect(await p.cloud.query('SELECT kind FROM user_contexts')).toEqual([{ kind: 'gateway' }]);
  });

  it('skips an e-mail that the newer server refuses, by its own condition, and its contexts', async () => {
    const p = await pair({ local: '0.12', cloud: 'current' });
    await addUser(p.local, { id: 'mixed', email: 'Mixed@Example.test' });
    await addContext(p.local, 'c', 'mixed');
    await addUser(p.local, { id: 'plain' });
    const { details } = await p.sync({ direction: 'push' });
    expect(details?.users).toMatchObject({
      created: 1,
      skipped: [{ id: 'mixed', reason: expect.stringContaining('users_email_normalised') as string }],
    });
    expect(details?.contexts.skipped).toMatchObject([{ id: 'c' }]);
  });

  it('skips a text that is too long for the target, and a value that the target needs', async () => {
    const p = await pair();
    await p.local.query('ALTER TABLE users ALTER COLUMN full_name TYPE text');
    await p.cloud.query('ALTER TABLE users ALTER COLUMN display_name SET NOT NULL');
    await addUser(p.local, { id: 'long', full_name: 'x'.repeat(256) });
    await addUser(p.local, { id: 'short', full_name: 'x'.repeat(255) });
    await p.local.query(`UPDATE users SET display_name = 'd' WHERE id = 'long'`);
    const { details } = await p.sync({ direction: 'push' });
    expect(details?.users.skipped.map(({ reason }) => reason)).toEqual([
      'the target would refuse it: full_name is longer than 255 characters',
      'the target would refuse it: display_name is empty',
    ]);
  });

  it('does not start without a table, and says which', async () => {
    const p = await pair();
    await p.cloud.query('DROP TABLE user_contexts');
    const result = await p.sync({ direction: 'push' });
    expect(result).toMatchObject({
      success: false,
      state: { kind: 'not_started' },
      items_synced: 0,
      details: null,
    });
    expect(result.errors[0]).toContain('user_contexts is missing in postgres on');
  });

  it('does not start when the target needs a column that the source lacks', async () => {
    const p = await pair();
    await p.cloud.query('ALTER TABLE users ADD COLUMN region text NOT NULL');
    expect((await p.sync({ direction: 'push' })).errors[0]).toContain('needs region');
  });
});

describe('refusals', () => {
  it('does not sync a database with itself, under whatever name', async () => {
    const p = await pair();
    const { projectOf } = await import('./databasePair');
    const other = new URL(p.local.url);
    other.hostname = 'localhost';
    const project = await projectOf(p.root, p.local.url, other.href);
    await expect(p.service({}, { project }).plan({ direction: 'push' })).rejects.toThrow(/the same database/);
  });

  it('stops at a production target that nobody has confirmed', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u' });
    const plan = await p.service().plan({ direction: 'push' });
    const production = { ...plan, target: { ...plan.target, production: true, host: 'db.example.test' } };
    await expect(p.service().apply(production)).rejects.toSatisfy((error: unknown) =>
      SyncError.is(error, 'guard'),
    );
    expect((await contents(p.cloud)).users).toEqual([]);
    expect((await p.service().apply(production, { confirmTarget: 'db.example.test' })).items_synced).toBe(1);
  });

  it('says where to get a cloud database when none is known', async () => {
    const p = await pair();
    const project = { ...p.project, cloudDatabase: undefined };
    const result = await p.service({}, { project }).sync({ direction: 'push' }, async () => ({}));
    expect(result).toMatchObject({
      state: { kind: 'not_started' },
      errors: [expect.stringContaining('--cloud-database-url')],
    });
  });
});
