import { afterEach, describe, expect, it } from 'vitest';
import { createTestDatabase } from './database';
import type { TestDatabase } from './database';

const open: TestDatabase[] = [];

async function database(...options: Parameters<typeof createTestDatabase>): Promise<TestDatabase> {
  const created = await createTestDatabase(...options);
  open.push(created);
  return created;
}

async function columns(on: TestDatabase, table: string): Promise<string[]> {
  const rows = await on.query<{ column_name: string }>(
    'SELECT column_name FROM information_schema.columns WHERE table_name = $1',
    [table],
  );
  return rows.map((row) => row.column_name);
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.drop()));
});

describe('the test database', () => {
  it.each([
    ['markdown_content', 17],
    ['users', 13],
    ['user_contexts', 6],
    ['user_sessions', 50],
    ['access_control_entities', 6],
    ['access_control_rules', 9],
    ['scheduled_jobs', 11],
  ])('has the table %s of a 0.12 server with %i columns', async (table, count) => {
    expect(await columns(await database(), table)).toHaveLength(count);
  });

  it('has only the groups of tables that were asked for', async () => {
    const only = await database({ schema: ['jobs'] });
    expect(await columns(only, 'scheduled_jobs')).not.toHaveLength(0);
    expect(await columns(only, 'markdown_content')).toEqual([]);
  });

  it('takes the time of the update for a context, whatever was asked', async () => {
    const db = await database({ schema: ['users'] });
    await db.query(`INSERT INTO users (id, name, email) VALUES ('u', 'u', 'u@example.test')`);
    await db.query(`INSERT INTO user_contexts (context_id, user_id, name) VALUES ('c', 'u', 'c')`);
    const rows = await db.query<{ forced: boolean }>(
      `UPDATE user_contexts SET updated_at = '2000-01-01' RETURNING updated_at = CURRENT_TIMESTAMP AS forced`,
    );
    expect(rows).toEqual([{ forced: true }]);
  });

  it.each([
    [
      'a mixed-case e-mail',
      `INSERT INTO users (id, name, email) VALUES ('u', 'u', 'U@example.test')`,
      '0.12',
    ],
    ['a kind of context', `SELECT kind FROM user_contexts`, 'current'],
    [
      'an entity of a newer kind',
      `INSERT INTO access_control_entities (entity_type, entity_id, source) VALUES ('teams_tenant', 't', 'test')`,
      'current',
    ],
    [
      'a rule for a department',
      `INSERT INTO access_control_entities (entity_type, entity_id, source) VALUES ('agent', 'a', 'test');
       INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value)
       VALUES ('agent', 'a', 'department', 'sales')`,
      'current',
    ],
  ] as const)('allows %s only on the generation that knows it', async (_what, sql, allowedOn) => {
    const other = allowedOn === '0.12' ? 'current' : '0.12';
    await expect((await database({ generation: allowedOn })).query(sql)).resolves.toBeDefined();
    await expect((await database({ generation: other })).query(sql)).rejects.toThrow();
  });

  it('is gone after drop, with the connections that others had to it', async () => {
    const first = await database({ schema: [] });
    const second = await database({ schema: [] });
    await first.drop();
    const rows = await second.query('SELECT datname FROM pg_database WHERE datname = $1', [first.name]);
    expect(rows).toEqual([]);
  });
});
