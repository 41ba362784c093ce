import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { previewImport } from '../../../../src/core/database/sync/previewImport';
import type { DatabaseSyncOptions } from '../../../../src/core/database/sync/syncOptions';
import { withSides, type OpenSides } from '../../../../src/core/database/sync/syncSides';
import { quietContext } from '../../../../src/core/ports';
import { requireDatabase } from '../../../../src/core/project/discoverProject';
import { addContext, addUser, createDatabasePair, type DatabasePairProject } from './databasePair';

let p: DatabasePairProject;
afterEach(() => p.dispose());

const context = quietContext();
const options: DatabaseSyncOptions = { direction: 'push' };

function withBoth<T>(run: (sides: OpenSides) => Promise<T>): Promise<T> {
  const source = requireDatabase(p.project);
  const target = p.project.cloudDatabase;
  if (!target) throw new Error('the pair has a cloud database');
  const timeouts = { statementMs: 0, lockMs: 0 };
  return withSides({ source, target, options, context, timeouts }, (sides) =>
    sides.target.transaction(() => run(sides), { isolation: 'repeatable read' }),
  );
}

const preview = (sides: OpenSides) => previewImport({ sides, options, base: undefined, context });

/** As if the source promised nothing: then its rows are staged, and the target decides. */
function unkept({ pair, ...sides }: OpenSides): OpenSides {
  const { users, contexts } = pair;
  return {
    ...sides,
    pair: { ...pair, users: { ...users, isKept: false }, contexts: { ...contexts, isKept: false } },
  };
}

const text = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((value) => !value.includes('\0') && !/\p{Surrogate}/u.test(value));
const user = fc.record({
  full_name: fc.option(text, { nil: null }),
  status: fc.constantFrom('active', 'deleted', 'temporary'),
  roles: fc.array(text, { maxLength: 2 }),
  is_bot: fc.boolean(),
});

describe('a preview of an import into an empty target', () => {
  it.each(['0.12', 'current'] as const)(
    'says the same by the source alone as by staging, with the tables of %s',
    async (generation) => {
      p = await createDatabasePair({ local: generation, cloud: generation });
      await fc.assert(
        fc.asyncProperty(
          fc.array(user, { maxLength: 6 }),
          fc.array(text, { maxLength: 6 }),
          async (users, names) => {
            await p.local.query('DELETE FROM users');
            for (const [index, row] of users.entries()) await addUser(p.local, { id: `u${index}`, ...row });
            for (const [index, name] of names.entries())
              if (users.length > 0) await addContext(p.local, `c${index}`, `u${index % users.length}`, name);
            const alone = await withBoth(preview);
            const staged = await withBoth((sides) => preview(unkept(sides)));
            expect(alone).toEqual(staged);
          },
        ),
        { numRuns: 25, endOnFailure: true },
      );
    },
  );

  it('names the first rows only, and counts and digests all of them', async () => {
    p = await createDatabasePair();
    await p.local.query(
      `INSERT INTO users (id, name, email) SELECT md5(n::text), 'n' || n, n || '@example.test' FROM generate_series(1, 2500) n`,
    );
    const alone = await withBoth(preview);
    expect(alone.decisions.users).toMatchObject({ created: 2500, left: 0 });
    expect(alone.decisions.users.steps).toHaveLength(2000);
    expect(alone).toEqual(await withBoth((sides) => preview(unkept(sides))));
  });

  it.each([
    ['a condition that only the target has', `ALTER TABLE users ADD CHECK (name <> 'name u')`, ''],
    [
      'a condition that the source does not hold its old rows to',
      `ALTER TABLE users ADD CHECK (name <> 'name u')`,
      `ALTER TABLE users ADD CHECK (name <> 'name u') NOT VALID`,
    ],
    ['a column that may be empty in the source', 'ALTER TABLE users ALTER full_name SET NOT NULL', ''],
    ['a shorter text', 'ALTER TABLE users ALTER name TYPE varchar(3)', ''],
  ])('asks the target where it has %s', async (_what, atTarget, atSource) => {
    p = await createDatabasePair();
    await addUser(p.local, { id: 'u' });
    await p.cloud.query(atTarget);
    if (atSource !== '') await p.local.query(atSource);
    const { decisions } = await withBoth(preview);
    expect(decisions.users).toMatchObject({ created: 0, left: 1, leftRows: [{ key: 'u', kind: 'invalid' }] });
  });
});
