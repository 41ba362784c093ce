import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { AccessControlLocalSync } from '../../../src/core/accessControl/accessControlLocalSync';
import { quietContext } from '../../../src/core/ports';
import { discoverProject } from '../../../src/core/project/discoverProject';
import { createAccessProject, everything, rulesYaml, storedRules } from './accessProject';

const file = 'access-control/config.yaml';
const mine = rulesYaml([
  { id: 'a', roles: ['x'] },
  { id: 'b', roles: ['x', 'y'] },
]);
const yours = rulesYaml([
  { id: 'a', roles: ['x'], access: 'deny' },
  { id: 'c', roles: ['x'] },
]);
const sets = [
  ['agent/a x allow', 'agent/b x allow', 'agent/b y allow'],
  ['agent/a x deny', 'agent/c x allow'],
];

it('lets two checkouts that apply at once end with the rules of one of them', async () => {
  const first = await createAccessProject({ [file]: mine });
  const second = await createAccessProject({ [file]: yours });
  try {
    const there = await discoverProject({ start: second.root, env: {}, databaseUrl: first.db.url });
    const services = [first.sync(), new AccessControlLocalSync(there, quietContext())];
    for (let round = 0; round < 15; round += 1) {
      await first.db.query('DELETE FROM access_control_entities');
      const plans = await Promise.all(
        services.map(async (service) => service.plan(await service.diff(), everything)),
      );
      const outcomes = await Promise.allSettled(
        services.map((service, index) => service.apply(plans[index]!)),
      );
      const failures = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
      );
      // Both planned from an empty table, so whoever comes second must notice.
      expect(failures).toMatchObject([{ code: 'conflict' }]);
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
      expect(await storedRules(first.db)).toEqual(sets[winner]);
    }
  } finally {
    await first.dispose();
    await second.dispose();
  }
}, 120_000);

it('lets two windows of one project that apply the same plan at once write it once', async () => {
  const p = await createAccessProject({ [file]: mine });
  try {
    const services = [p.sync(), p.sync()];
    const plans = await Promise.all(
      services.map(async (service) => service.plan(await service.diff(), everything)),
    );
    const outcomes = await Promise.allSettled(services.map((service, index) => service.apply(plans[index]!)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await storedRules(p.db)).toEqual(sets[0]);
  } finally {
    await p.dispose();
  }
});

it('lets only one of two through that have read the same rules, though they write different rows', async () => {
  const first = await createAccessProject({ [file]: rulesYaml([{ id: 'a', roles: ['x'] }]) });
  const second = await createAccessProject({ [file]: rulesYaml([{ id: 'b', roles: ['x'] }]) });
  const blocker = new Client({ connectionString: first.db.url });
  await blocker.connect();
  try {
    const there = await discoverProject({ start: second.root, env: {}, databaseUrl: first.db.url });
    const services = [first.sync(), new AccessControlLocalSync(there, quietContext())];
    const plans = await Promise.all(
      services.map(async (service) => service.plan(await service.diff(), everything)),
    );
    // Readers pass, writers wait: both have seen the empty table when they are let go.
    await blocker.query('BEGIN; LOCK TABLE access_control_entities IN SHARE MODE');
    const applying = Promise.allSettled(services.map((service, index) => service.apply(plans[index]!)));
    const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'access_control_entities'::regclass`;
    while ((await blocker.query(waiting)).rows.length < 2) await delay(10);
    await blocker.query('COMMIT');
    const outcomes = await applying;
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(outcomes[1 - winner]).toMatchObject({ reason: { code: 'conflict' } });
    expect(await storedRules(first.db)).toEqual([winner === 0 ? 'agent/a x allow' : 'agent/b x allow']);
  } finally {
    await blocker.end();
    await first.dispose();
    await second.dispose();
  }
});
