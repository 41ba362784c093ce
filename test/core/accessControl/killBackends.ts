import { expect } from 'vitest';
import type { ServerGeneration } from '../../../demo/schema/readSchema.mjs';
import { createAccessProject, everything, rulesYaml, storedRules } from './accessProject';
import { startStatementProxy } from './statementProxy';

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

/**
 * The backend is killed after a statement of an apply, once for every one of them: the rules are as before or as planned, and
 * the next apply makes it good.
 *
 * @param step 1 takes every statement, 5 each fifth one
 */
export async function killBackends(generation: ServerGeneration, step: number): Promise<void> {
  await using proxy = await startStatementProxy();
  const p = await createAccessProject({ [file]: before }, generation, (url) => proxy.through(url));

  const stored = async () => ({
    rules: await storedRules(p.db),
    open: await p.db.query(
      `SELECT entity_id FROM access_control_entities WHERE default_included ORDER BY entity_id`,
    ),
  });

  const setBack = async () => {
    proxy.plan();
    await p.db.query('DELETE FROM access_control_entities');
    await p.db.query('DELETE FROM access_control_rules');
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

  try {
    await setBack();
    const old = await stored();
    const service = p.sync();
    proxy.plan();
    await service.apply(service.plan(await service.diff(), everything));
    const statements = proxy.answered;
    const fresh = await stored();
    expect(fresh).not.toEqual(old);
    expect(statements).toBeGreaterThan(12);

    let killed = 0;
    let keptOld = 0;
    // From the last one backwards: the commit is always among them.
    for (let number = statements; number >= 1; number -= step) {
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
      killed += 1;
      if (state.rules.join() === old.rules.join()) keptOld += 1;
      await p.apply(everything);
      expect(await stored()).toEqual(fresh);
    }
    // All but the end of the commit, and what comes after it.
    expect(keptOld).toBeGreaterThanOrEqual(killed - 2);
  } finally {
    await p.dispose();
  }
}
