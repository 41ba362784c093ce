import { afterEach, describe, expect, it } from 'vitest';
import { addContext, addUser, createDatabasePair, type DatabasePairProject } from './databasePair';

let p: DatabasePairProject;
afterEach(() => p.dispose());

describe('an import into an empty target', () => {
  it('leaves a row that has moved since the plan, and writes the others', async () => {
    p = await createDatabasePair();
    await addUser(p.local, { id: 'u1' });
    await addUser(p.local, { id: 'u2' });
    await addContext(p.local, 'c1', 'u1', 'first');
    const plan = await p.service().plan({ direction: 'push' });
    await p.local.query(`UPDATE users SET full_name = 'Moved' WHERE id = 'u2'`);
    const result = await p.service().apply(plan, { confirmTarget: plan.target.host });
    expect(result.items_synced).toBe(2);
    const rows = await p.cloud.query<{ id: string }>('SELECT id FROM users');
    expect(rows).toEqual([{ id: 'u1' }]);
  });

  it('lets a trigger of the target have its say, and knows the row as it is there', async () => {
    p = await createDatabasePair();
    await p.cloud.query(`CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.full_name := 'SHOUTED'; RETURN NEW; END $$;
      CREATE TRIGGER shout BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION shout()`);
    await addUser(p.local, { id: 'u1' });
    const plan = await p.service().plan({ direction: 'push' });
    await p.service().apply(plan, { confirmTarget: plan.target.host });
    const rows = await p.cloud.query('SELECT full_name FROM users');
    expect(rows).toEqual([{ full_name: 'SHOUTED' }]);
    const next = await p.service().plan({ direction: 'push' });
    expect(next.areas.users.updated).toBe(0);
  });

  it('is refused as a whole by the target, and works afterwards', async () => {
    p = await createDatabasePair();
    await p.cloud.query('CREATE UNIQUE INDEX one_of_each ON users (full_name)');
    for (const id of ['u1', 'u2']) await addUser(p.local, { id, full_name: 'Same' });
    const plan = await p.service().plan({ direction: 'push' });
    await expect(p.service().apply(plan, { confirmTarget: plan.target.host })).rejects.toMatchObject({
      code: 'database',
    });
    expect(await p.cloud.query('SELECT 1 FROM users')).toEqual([]);
    await p.cloud.query('DROP INDEX one_of_each');
    const result = await p.service().apply(plan, { confirmTarget: plan.target.host });
    expect(result.items_synced).toBe(2);
  });
});
