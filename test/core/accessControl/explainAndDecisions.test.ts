import { afterEach, describe, expect, it } from 'vitest';
import { accessCompletions } from '../../../src/core/accessControl/accessCompletions';
import { accessDiffReport } from '../../../src/core/accessControl/accessReport';
import { accessTree } from '../../../src/core/accessControl/accessTree';
import { createAccessProject, everything, rulesYaml, type AccessProject } from './accessProject';

let current: AccessProject | undefined;

async function project(...args: Parameters<typeof createAccessProject>): Promise<AccessProject> {
  current = await createAccessProject(...args);
  return current;
}

afterEach(async () => {
  await current?.dispose();
  current = undefined;
});

const roles = 'access-control/roles.yaml';
const services = {
  'agents/all.yaml': 'agents:\n  writer: {}\n  reader: {}\n',
  'mcp/one.yaml': 'mcp_servers:\n  tools: {}\n',
  'skills/plain/config.yaml': 'id: stated\n',
  'skills/bare/SKILL.md': '# Bare\n',
  'plugins/p/config.yaml': 'plugin:\n  id: plug\n  skills: {include: [stated]}\n',
  'marketplaces/m/config.yaml':
    'marketplace:\n  id: shop\n  agents: {include: [writer]}\n  skills: {include: [stated]}\n',
  'hooks/h/config.yaml': 'id: hooked\n',
};

describe('who may what', () => {
  it('is told for a user, by the rules of the database, and as the files would have it', async () => {
    const p = await project({ [roles]: rulesYaml([{ id: 'writer', roles: ['user'] }]), ...services });
    await p.apply();
    await p.db.query(
      `INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value, access) VALUES ('agent', 'writer', 'user', 'u1', 'deny')`,
    );
    await p.write(roles, rulesYaml([{ id: 'writer', roles: ['admin'] }]));
    const entity = { entityType: 'agent', entityId: 'writer' };
    expect(await p.sync().explain(entity, { roles: ['user'], user: 'u2' })).toMatchObject({
      decision: 'allow',
      generation: '0.12',
      rule: { ruleType: 'role', ruleValue: 'user' },
      pending: { decision: 'deny', reason: 'notAssigned' },
    });
    const denied = await p.sync().explain(entity, { roles: ['user'], user: 'u1' });
    expect(denied).toMatchObject({ decision: 'deny', rule: { ruleType: 'user', ruleValue: 'u1' } });
    expect(denied.pending).toBeUndefined();
    const asked = (entityType: string, entityId: string) =>
      p.sync().explain({ entityType, entityId }, { roles: [] });
    expect(await asked('agent', 'writr')).toMatchObject({
      decision: 'deny',
      reason: 'unknownEntity',
      notes: [
        'Neither the database nor the services know agent/writr. Did you mean "writer"?',
        expect.any(String),
      ],
    });
    expect((await asked('agnt', 'writer')).notes[0]).toBe(
      'There is no entity type "agnt". Did you mean "agent"?',
    );
    expect((await asked('agent', 'reader')).notes).toHaveLength(1);
  });

  it('is answered without files, and names what a newer server also looks at', async () => {
    const p = await project({ ...services }, 'current');
    await p.db.query(`
      INSERT INTO access_control_entities (entity_type, entity_id, source) VALUES ('agent', 'writer', 'x'), ('marketplace', 'shop', 'x');
      INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value) VALUES
        ('agent', 'writer', 'role', 'user'), ('agent', 'writer', 'department', 'sales'), ('marketplace', 'shop', 'role', 'user')`);
    const explained = await p
      .sync()
      .explain({ entityType: 'agent', entityId: 'writer' }, { roles: ['user'] });
    expect(explained).toMatchObject({ decision: 'allow', generation: 'newer' });
    expect(explained.may_depend_on).toEqual([
      '1 department rule of agent/writer',
      'rules of its parent marketplace/shop, which alone would allow',
    ]);
  });

  it('is shown for what an apply would change, role by role', async () => {
    const p = await project({ [roles]: rulesYaml([{ id: 'writer', roles: ['user', 'old'] }]) });
    await p.apply();
    await p.write(
      roles,
      rulesYaml([
        { id: 'writer', roles: ['editor'] },
        { id: 'writer', roles: ['user'], access: 'deny' },
        { type: 'skill', id: 's', roles: ['user'], included: true },
      ]),
    );
    const diff = await p.sync().diff();
    expect(
      accessDiffReport(diff).decisions.map(({ entity_id, role, text }) => [entity_id, role, text]),
    ).toEqual([
      ['writer', 'editor', 'granted to `editor` that was denied before'],
      ['writer', 'old', 'denied to `old` that was granted before'],
      ['writer', 'user', 'denied to `user` that was granted before'],
      ['s', null, 'granted to everybody else that was denied before'],
      ['s', 'user', 'granted to `user` that was denied before'],
    ]);
    const tree = accessTree(diff);
    expect(
      tree.entities.map(({ label, children }) => [
        label,
        children.map(({ role, status }) => `${role} ${status}`),
      ]),
    ).toEqual([
      ['agent/writer', ['editor added', 'old removed', 'user modified']],
      ['skill/s', ['null added', 'user added']],
    ]);
    expect(tree.open).toBe(5);
    const chosen = tree.entities.flatMap(({ children }) => children.flatMap(({ item }) => item ?? []));
    const service = p.sync();
    await service.apply(service.plan(diff, { ...everything, items: chosen }));
    expect(accessTree(await p.sync().diff())).toMatchObject({ entities: [], open: 0 });
  });
});

describe('completion', () => {
  it('knows the ids that services declare, and the roles in use', async () => {
    const p = await project({ [roles]: rulesYaml([{ id: 'writer', roles: ['editor'] }]), ...services });
    const completions = accessCompletions(await p.sync().check());
    expect(completions.ids).toEqual({
      agent: ['reader', 'writer'],
      mcp_server: ['tools'],
      skill: ['bare', 'stated'],
      plugin: ['plug'],
      marketplace: ['shop'],
      hook: ['hooked'],
    });
    expect(completions.roles).toEqual(['admin', 'anonymous', 'editor', 'user']);
  });

  it('calls no id undeclared where a file of its kind cannot be read', async () => {
    const p = await project({ [roles]: rulesYaml([{ id: 'elsewhere', roles: ['x'] }]), ...services });
    expect((await p.sync().check()).problems).toMatchObject([{ rule: 'undeclaredId' }]);
    await p.write('agents/broken.yaml', 'agents: [\n');
    expect((await p.sync().check()).problems).toEqual([]);
  });
});
