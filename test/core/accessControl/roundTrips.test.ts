import { expect, it } from 'vitest';
import { createAccessProject, everything, rulesYaml, type AccessProject } from './accessProject';
import { startStatementProxy, type StatementProxy } from './statementProxy';

const file = 'access-control/config.yaml';

async function statementsOf(proxy: StatementProxy, run: () => Promise<unknown>): Promise<number> {
  proxy.plan();
  await run();
  return proxy.answered;
}

/** When each row was last written, by which transaction. */
const lastWrites = (p: AccessProject) =>
  p.db.query('SELECT id, xmin::text FROM access_control_rules ORDER BY id');

it('asks as many questions for 4,000 rules as for one, and writes nothing when they are equal', async () => {
  await using proxy = await startStatementProxy();
  const p = await createAccessProject({ [file]: rulesYaml([{ id: 'a', roles: ['x'] }]) }, '0.12', (url) =>
    proxy.through(url),
  );
  try {
    const applyNew = await statementsOf(proxy, () => p.apply(everything));
    const compareOne = await statementsOf(proxy, () => p.sync().diff());
    await p.db.query('DELETE FROM access_control_entities');
    const many = Array.from({ length: 1000 }, (_, index) => ({
      id: `a${index}`,
      roles: ['w', 'x', 'y', 'z'],
    }));
    await p.write(file, rulesYaml(many));
    expect(await statementsOf(proxy, () => p.apply(everything))).toBe(applyNew);
    const before = await lastWrites(p);
    expect(before).toHaveLength(4000);
    expect(await statementsOf(proxy, () => p.sync().diff())).toBe(compareOne);
    expect(await statementsOf(proxy, () => p.apply(everything))).toBe(compareOne);
    expect(await lastWrites(p)).toEqual(before);
  } finally {
    await p.dispose();
  }
});
