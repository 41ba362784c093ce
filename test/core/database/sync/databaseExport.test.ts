import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { DatabaseExport } from '../../../../src/core/database/sync/databaseExport';
import { SyncError } from '../../../../src/core/syncError';
import { addContext, addUser, contents, createDatabasePair, type DatabasePairProject } from './databasePair';

let current: DatabasePairProject | undefined;

async function pair(): Promise<DatabasePairProject> {
  current = await createDatabasePair();
  return current;
}

afterEach(async () => {
  await current?.dispose();
  current = undefined;
});

/** Text that breaks out of whatever quotes it wrongly: SQL, COPY, arrays, JSON, YAML, terminals. */
const hostile = [
  `'; DROP TABLE users; --`,
  `"; DROP TABLE users; --`,
  `\\'; DROP TABLE users; --`,
  `$$; DROP TABLE users; $$`,
  `{"a","b"}`,
  `a\tb\nc\r\\.\\N\\t`,
  `\\.`,
  `\\N`,
  `$1 \${x} %s :name`,
  `NULL`,
  ` lead and trail `,
  `ünïcødé 日本 🎉 \u202e \u0001 \u007f`,
  `{}`,
  `,`,
];

describe('hostile text', () => {
  it.each(['tables', 'file', 'restore'] as const)('in every text column stays text (%s)', async (way) => {
    const p = await pair();
    for (const [n, text] of hostile.entries()) {
      await p.local.query(
        `INSERT INTO users (id, name, email, full_name, display_name, roles, avatar_url, updated_at) VALUES ($1, $2, $3, $4::text, $4::text, $5, $4::text, '2026-06-01T00:00:00Z')`,
        [`${n}${text}`, `${text}${n}`, `${n}${text}@x.test`, text, [text, `${text}"`, '']],
      );
      await p.local.query('INSERT INTO user_contexts (context_id, user_id, name) VALUES ($1, $2, $3)', [
        `${text}${n}`,
        `${n}${text}`,
        text,
      ]);
    }
    const before = await contents(p.local);
    if (way === 'file') {
      const file = join(p.root, 'export.json');
      await p.service().export({ direction: 'push', file });
      expect((await p.sync({ direction: 'push', from: file })).items_synced).toBe(hostile.length * 2);
    } else {
      expect((await p.sync({ direction: 'push' })).items_synced).toBe(hostile.length * 2);
    }
    expect(await contents(p.cloud)).toEqual(before);
    // Row by row comparison, with the keys in a COPY statement.
    await p.local.query(
      `UPDATE users SET full_name = full_name || '!', updated_at = now(); UPDATE user_contexts SET name = name || '!'`,
    );
    const update = await p.sync({ direction: 'push', conflict: 'source' });
    expect(update).toMatchObject({ success: true, items_synced: hostile.length * 2 });
    const changed = await contents(p.local);
    expect((await contents(p.cloud)).contexts).toEqual(changed.contexts);
    if (way !== 'restore') return;
    const { BackupService } = await import('../../../../src/core/backups/backupService');
    const { quietContext } = await import('../../../../src/core/ports');
    const backups = new BackupService({ ...p.project, database: p.project.cloudDatabase }, quietContext());
    const restored = await backups.applyRestore(await backups.planRestore(update.backup ?? ''));
    expect(restored).toMatchObject({ success: true, items_synced: hostile.length * 2 });
    expect(await contents(p.cloud)).toEqual(before);
  });

  it('in names of columns stays a name', async () => {
    const p = await pair();
    const name = `x" text); DROP TABLE users; --'\\`;
    for (const db of [p.local, p.cloud])
      await db.query(`ALTER TABLE users ADD COLUMN "${name.replaceAll('"', '""')}" text`);
    await addUser(p.local, { id: 'u' });
    await p.local.query(`UPDATE users SET "${name.replaceAll('"', '""')}" = 'kept'`);
    await p.sync({ direction: 'push' });
    expect((await contents(p.cloud)).users).toEqual((await contents(p.local)).users);
    await p.local.query(`UPDATE users SET "${name.replaceAll('"', '""')}" = 'new', updated_at = now()`);
    expect((await p.service().plan({ direction: 'push' })).steps).toMatchObject([{ columns: [name] }]);
  });
});

describe('a file of an export', () => {
  it('has the shape of DatabaseExport, and only its owner can read it', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u', roles: ['admin'] });
    await addUser(p.local, { id: 'bot', is_bot: true });
    await addContext(p.local, 'c', 'u');
    await addContext(p.local, 'cbot', 'bot');
    const file = join(p.root, 'export.json');
    expect(
      await p.service({ now: () => Date.UTC(2026, 10, 22) }).export({ direction: 'push', file }),
    ).toEqual({ users: 1, contexts: 1 });
    const content = JSON.parse(await readFile(file, 'utf8')) as DatabaseExport;
    expect(content.timestamp).toBe('2026-11-22T00:00:00.000Z');
    expect(Object.keys(content.users[0] ?? {})).toHaveLength(13);
    expect(Object.keys(content.contexts[0] ?? {})).toHaveLength(6);
    expect(content.users[0]).toMatchObject({
      id: 'u',
      roles: ['admin'],
      email_verified: false,
      updated_at: '2026-01-01T00:00:00+00:00',
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await expect(p.service().export({ direction: 'push', file })).rejects.toThrow(/exists already/);
  });

  it('is imported by the same rules: protected columns, newest, users that stay home', async () => {
    const p = await pair();
    await addUser(p.local, {
      id: 'u',
      full_name: 'file',
      updated_at: '2026-06-01T00:00:00Z',
      roles: ['admin'],
    });
    await addUser(p.local, { id: 'bot', is_bot: true });
    await addContext(p.local, 'cbot', 'bot');
    const file = join(p.root, 'export.json');
    await p.service().export({ direction: 'push', file, include: ['bot'] });
    await addUser(p.cloud, { id: 'u', full_name: 'cloud' });
    const result = await p.sync({ direction: 'push', from: file });
    expect(result).toMatchObject({
      items_synced: 1,
      details: { users: { updated: 1, stay_home: 1 }, contexts: { stay_home: 1 } },
    });
    expect(await p.cloud.query('SELECT full_name, roles FROM users')).toEqual([
      { full_name: 'file', roles: ['user'] },
    ]);
    expect((await p.sync({ direction: 'push', from: file, include: ['bot'] })).items_synced).toBe(2);
  });

  it('of no rows imports nothing', async () => {
    const p = await pair();
    const file = join(p.root, 'export.json');
    await p.service().export({ direction: 'pull', file });
    expect(await p.sync({ direction: 'pull', from: file })).toMatchObject({ success: true, items_synced: 0 });
  });

  const user = (changes: object) => ({ id: 'u', name: 'n', email: 'e', ...changes });
  const document = (...users: readonly object[]) => ({ users, contexts: [], timestamp: '' });
  it.each([
    ['no JSON', '{', 'it is not JSON'],
    ['another shape', { users: [] }, 'it has to hold'],
    ['a row without a key', document({ name: 'n' }), 'users[0] has no id'],
    ['a repeated key', document(user({}), user({ name: 'm' })), 'users[1] repeats a id'],
    [
      'rows of different columns',
      document(user({}), user({ id: 'v', extra: 1 })),
      'users[1] has other columns',
    ],
    ['a NUL', document(user({ name: 'a\0b' })), 'users[0] holds a NUL'],
  ])('with %s is refused, and nothing is changed', async (_what, content, message) => {
    const p = await pair();
    const file = join(p.root, 'broken.json');
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    await expect(p.sync({ direction: 'push', from: file })).rejects.toSatisfy(
      (error: unknown) => SyncError.is(error, 'invalidInput') && error.message.includes(message),
    );
    expect((await contents(p.cloud)).users).toEqual([]);
  });

  it('skips the second of two users with one name', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'a' });
    const file = join(p.root, 'twins.json');
    await p.service().export({ direction: 'push', file });
    const content = JSON.parse(await readFile(file, 'utf8')) as DatabaseExport;
    const twin = { ...content.users[0], id: 'b', email: 'b@example.test' };
    await writeFile(file, JSON.stringify({ ...content, users: [...content.users, twin] }));
    const { details } = await p.sync({ direction: 'push', from: file });
    expect(details?.users).toMatchObject({
      created: 1,
      skipped: [{ id: 'b', reason: expect.stringContaining('taken by user a') as string }],
    });
  });
});

describe('a row as YAML', () => {
  it('starts with the key, has every column in order, and is empty for a row that is not there', async () => {
    const p = await pair();
    await addUser(p.local, { id: 'u', full_name: 'a: "b"\n- c', roles: ['user', 'admin'] });
    const yaml = await p.service().rowYaml('local', 'users', 'u');
    expect(yaml.split('\n')[0]).toBe('id: u');
    const { load, CORE_SCHEMA } = await import('js-yaml');
    expect(load(yaml, { schema: CORE_SCHEMA })).toMatchObject({
      id: 'u',
      full_name: 'a: "b"\n- c',
      roles: ['user', 'admin'],
      is_bot: false,
    });
    expect(await p.service().rowYaml('cloud', 'users', 'u')).toBe('');
  });
});

describe('a tree of the plan', () => {
  it('has a group per table, conflicts first', async () => {
    const p = await pair();
    for (const id of ['a', 'b', 'c'])
      await addUser(p.local, { id, updated_at: '2026-06-01T00:00:00Z', full_name: 'here' });
    await addUser(p.cloud, { id: 'a' });
    await addUser(p.cloud, { id: 'other', name: 'name b' });
    const { databaseTree } = await import('../../../../src/core/database/sync/databaseTree');
    const [users, contexts] = databaseTree(await p.service().plan({ direction: 'push' }));
    expect(users?.items.map(({ id, status }) => [id, status])).toEqual([
      ['users:b', 'conflict'],
      ['users:a', 'updated'],
      ['users:c', 'created'],
    ]);
    expect([users?.more, contexts?.items]).toEqual([0, []]);
  });
});
