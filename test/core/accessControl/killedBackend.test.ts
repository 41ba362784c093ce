import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessProject, everything, rulesYaml, storedRules, type AccessProject } from './accessProject';
import { startStatementProxy, type StatementProxy } from './statementProxy';

const file = 'access-control/roles.yaml';

/** Every kind of statement takes part: entities inserted and updated, rules inserted, updated and deleted. */
const before = rulesYaml([
  { id: 'a', roles: ['keep', 'flip', 'drop'], included: false },
  { id: 'gone', roles: ['x'] },
]);
const after = rulesYaml([
  { id: 'a', roles: ['keep', 'new'], included: true },
  { id: 'a', roles: ['flip'], access: 'deny' },
  { id: 'b', roles: ['x'], included: true },
]);

describe('a backend that is killed during an apply', () => {
  let proxy: StatementProxy;
  let p: AccessProject;

  beforeAll(async () => {
    proxy = await startStatementProxy();
    p = await createAccessProject({ [file]: before }, 'current', (url) => proxy.through(url));
  });

  afterAll(async () => {
    await p.dispose();
    await proxy[Symbol.asyncDispose]();
  });

  const stored = async () => ({
    rules: await storedRules(p.db),
    open: await p.db.query(
      `SELECT entity_id FROM access_control_entities WHERE default_included ORDER BY entity_id`,
    ),
  });

  const setBack = async () => {
    proxy.plan();
    await p.db.query('DELETE FROM access_control_entities');
    await p.write(file, before);
    await p.apply(everything);
    await p.write(file, after);
  };

  const kill = async (pid: number) => {
    await p.db.query('SELECT pg_terminate_backend($1)', [pid]);
    for (;;) {
      const [alive] = await p.db.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid]);
      if (!alive) return;
    }
  };

  it('leaves the old or the new rules after every statement, and the next apply makes it good', async () => {
    await setBack();
    const old = await stored();
    const service = p.sync();
    proxy.plan();
    await service.apply(service.plan(await service.diff(), everything));
    const statements = proxy.answered;
    const fresh = await stored();
    expect(fresh).not.toEqual(old);
    expect(statements).toBeGreaterThan(12);

    let keptOld = 0;
    for (let number = 1; number <= statements; number += 1) {
      await setBack();
      proxy.plan(number, kill);
      const applied = await p.apply(everything).then(
        () => 'applied',
        (error: unknown) => error,
      );
      proxy.plan();
      const state = await stored();
      if (applied === 'applied') expect(state, `statement ${number}`).toEqual(fresh);
      else {
        expect(applied).toMatchObject({ code: 'database' });
        expect([old, fresh], `statement ${number}`).toContainEqual(state);
      }
      if (state.rules.join() === old.rules.join()) keptOld += 1;
      await p.apply(everything);
      expect(await stored()).toEqual(fresh);
    }
    // All but the end of the commit, and what comes after it.
    expect(keptOld).toBeGreaterThanOrEqual(statements - 2);
  });
});
