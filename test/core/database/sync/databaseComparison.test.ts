import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  comparedTables,
  type ComparedTable,
  type DatabaseComparison,
} from '../../../../src/core/database/sync/databaseComparison';
import { addContext, addUser, createDatabasePair, type DatabasePairProject } from './databasePair';

describe('both directions of a comparison', () => {
  let pair: DatabasePairProject;
  beforeEach(async () => {
    pair = await createDatabasePair();
  });
  afterEach(() => pair.dispose());

  const compare = async (): Promise<DatabaseComparison> => ({
    push: await pair.service().plan({ direction: 'push' }),
    pull: await pair.service().plan({ direction: 'pull' }),
  });
  const standings = ({ rows }: ComparedTable) =>
    Object.fromEntries(rows.map(({ key, standing }) => [key, standing]));

  it('say of every row on which side it is, or which side changed', async () => {
    await addUser(pair.local, { id: 'both' });
    await addUser(pair.cloud, { id: 'both' });
    await addUser(pair.local, { id: 'here' });
    await addUser(pair.cloud, { id: 'there' });
    await addUser(pair.local, { id: 'newer-here', full_name: 'New', updated_at: '2026-02-02T00:00:00Z' });
    await addUser(pair.cloud, { id: 'newer-here', full_name: 'Old' });
    await addUser(pair.local, { id: 'newer-there', full_name: 'Old' });
    await addUser(pair.cloud, { id: 'newer-there', full_name: 'New', updated_at: '2026-02-02T00:00:00Z' });
    await addContext(pair.local, 'talk', 'both', 'one name');
    await addContext(pair.cloud, 'talk', 'both', 'another name');
    const [users, contexts] = comparedTables(await compare()) as [ComparedTable, ComparedTable];
    expect(standings(users)).toEqual({
      here: 'onlyLocal',
      there: 'onlyCloud',
      'newer-here': 'changedLocal',
      'newer-there': 'changedCloud',
    });
    expect(users).toMatchObject({ toPush: 2, toPull: 2, undecided: 0, unchanged: 1, more: 0 });
    expect(users.rows.find(({ key }) => key === 'newer-there')?.columns).toEqual(['full_name']);
    // The time of a context is the trigger's: nothing says which name is the newer one.
    expect(standings(contexts)).toEqual({ talk: 'conflict' });
    expect(contexts).toMatchObject({ toPush: 0, toPull: 0, undecided: 1 });
  });

  it('say why a row travels in neither direction', async () => {
    await addUser(pair.local, { id: 'a', name: 'wanted' });
    await addUser(pair.cloud, { id: 'b', name: 'wanted' });
    const [users] = comparedTables(await compare()) as [ComparedTable];
    expect(standings(users)).toEqual({ a: 'conflict', b: 'conflict' });
    for (const { reason } of users.rows) expect(reason).toMatch(/name/);
    expect(users).toMatchObject({ toPush: 0, toPull: 0, undecided: 2 });
  });

  it('hold nothing when both sides are equal', async () => {
    await addUser(pair.local, { id: 'u' });
    await addUser(pair.cloud, { id: 'u' });
    const tables = comparedTables(await compare());
    expect(tables.flatMap(({ rows }) => rows)).toEqual([]);
    expect(tables.map(({ unchanged }) => unchanged)).toEqual([1, 0]);
  });
});
