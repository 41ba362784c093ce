import { afterEach, describe, expect, it } from 'vitest';
import { accessTexts } from '../../../src/core/accessControl/accessTexts';
import { accessTree } from '../../../src/core/accessControl/accessTree';
import { createAccessProject, everything, rulesYaml, type AccessProject } from './accessProject';

const roles = 'access-control/roles.yaml';
const writer = { entityType: 'agent', entityId: 'writer' };

let p: AccessProject | undefined;
afterEach(async () => {
  await p?.dispose();
  p = undefined;
});

async function drifted(): Promise<AccessProject> {
  const project = await createAccessProject({
    [roles]: rulesYaml([
      { id: 'writer', roles: ['editor', 'old'] },
      { id: 'writer', roles: ['user'], access: 'deny' },
    ]),
  });
  await project.apply();
  await project.db.query(
    `UPDATE access_control_rules SET access = 'allow', justification = 'by hand' WHERE rule_value = 'user'`,
  );
  await project.db.query(
    `INSERT INTO access_control_entities (entity_type, entity_id, source) VALUES ('plugin', 'theirs', 'marketplace:shop')`,
  );
  await project.db.query(
    `INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value, access) VALUES ('plugin', 'theirs', 'role', 'user', 'allow')`,
  );
  await project.write(
    roles,
    rulesYaml([
      { id: 'writer', roles: ['editor', 'new'], included: true },
      { id: 'writer', roles: ['user'], access: 'deny' },
    ]),
  );
  return project;
}

describe('the two sides of access rules', () => {
  it('hold all rules of an entity, each side as it is', async () => {
    p = await drifted();
    const texts = accessTexts(await p.sync().diff(), writer);
    expect(texts.database).toBe(
      'entity: agent/writer\ndefault_included: false\n' +
        '\nrole: editor\naccess: allow\n\nrole: old\naccess: allow\n\nrole: user\naccess: allow\njustification: "by hand"\n',
    );
    expect(texts.file).toBe(
      'entity: agent/writer\ndefault_included: true\n' +
        '\nrole: editor\naccess: allow\n\nrole: new\naccess: allow\n\nrole: user\naccess: deny\n',
    );
  });

  it('hold one rule alone, or the default alone, when that is asked for', async () => {
    p = await drifted();
    const diff = await p.sync().diff();
    expect(accessTexts(diff, writer, 'new')).toEqual({
      file: 'entity: agent/writer\n\nrole: new\naccess: allow\n',
      database: '',
    });
    expect(accessTexts(diff, writer, 'old').file).toBe('');
    expect(accessTexts(diff, writer, null)).toEqual({
      file: 'entity: agent/writer\ndefault_included: true\n',
      database: 'entity: agent/writer\ndefault_included: false\n',
    });
  });

  it('show a rule of somebody else in the database only', async () => {
    p = await drifted();
    const texts = accessTexts(await p.sync().diff(), { entityType: 'plugin', entityId: 'theirs' });
    expect(texts).toEqual({
      file: '',
      database: 'entity: plugin/theirs\n\nrole: user\naccess: allow\n',
    });
  });

  it('are the same once everything is applied', async () => {
    p = await drifted();
    await p.apply(everything);
    const { file, database } = accessTexts(await p.sync().diff(), writer);
    expect(file).toBe(database);
    expect(file).toContain('default_included: true');
  });
});

describe('the tree of access rules', () => {
  it('tells of each rule what its role may, by which rule, and what it would', async () => {
    p = await drifted();
    const [agent, plugin] = accessTree(await p.sync().diff()).entities;
    const rule = (role: string | null) => agent?.children.find((child) => child.role === role);
    expect(rule('user')).toMatchObject({
      file: 'deny',
      database: 'allow',
      decision: {
        now: { decision: 'allow', reason: 'rule', rule: { ruleValue: 'user' } },
        then: { decision: 'deny', reason: 'rule' },
      },
    });
    expect(rule('old')?.decision).toMatchObject({ now: { decision: 'allow' }, then: { decision: 'allow' } });
    expect(rule(null)?.decision).toMatchObject({
      now: { decision: 'deny', reason: 'notAssigned' },
      then: { decision: 'allow', reason: 'defaultIncluded' },
    });
    expect(agent?.changes.map(({ role, after }) => `${role} ${after}`)).toEqual([
      'null allow',
      'new allow',
      'user deny',
    ]);
    expect(plugin?.children).toMatchObject([
      { status: 'unmanaged', item: undefined, source: 'marketplace:shop' },
    ]);
  });
});
