import { afterEach, describe, expect, it } from 'vitest';
import { BackupService } from '../../../src/core/backups/backupService';
import { accessDiffReport } from '../../../src/core/accessControl/accessReport';
import { accessTree } from '../../../src/core/accessControl/accessTree';
import { quietContext } from '../../../src/core/ports';
import {
  anyNumber,
  createAccessProject,
  everything,
  rulesYaml,
  storedRules,
  type AccessProject,
} from './accessProject';

let current: AccessProject | undefined;

async function project(...args: Parameters<typeof createAccessProject>): Promise<AccessProject> {
  current = await createAccessProject(...args);
  return current;
}

afterEach(async () => {
  await current?.dispose();
  current = undefined;
});

const config = 'access-control/config.yaml';
const roles = 'access-control/roles.yaml';

const snapshot = (p: AccessProject) =>
  p.db.query(`SELECT to_jsonb(r) AS row FROM access_control_rules r ORDER BY id`);

describe.each(['0.12', 'current'] as const)('access rules with the tables of %s', (generation) => {
  it('are in sync after a first apply, and a second one writes nothing', async () => {
    const p = await project(
      {
        [config]: rulesYaml([
          { id: 'writer', roles: ['admin', 'user'], justification: 'why' },
          { type: 'skill', id: 'danger', roles: ['user'], access: 'deny' },
        ]),
      },
      generation,
    );
    expect((await p.sync().diff()).inSync).toBe(false);
    const first = await p.apply();
    expect(first).toMatchObject({
      operation: 'access_control_sync',
      success: true,
      items_synced: 3,
      details: { inserted: 3, updated: 0, skipped: 0, deleted: 0 },
    });
    expect(first.backup).toBeUndefined();
    expect(await storedRules(p.db)).toEqual([
      'agent/writer admin allow why',
      'agent/writer user allow why',
      'skill/danger user deny',
    ]);
    expect(await p.db.query('SELECT DISTINCT source, default_included FROM access_control_entities')).toEqual(
      [{ source: 'ingestion:access_control_config', default_included: false }],
    );
    const before = await snapshot(p);
    expect((await p.apply(everything)).details).toMatchObject({
      inserted: 0,
      updated: 0,
      deleted: 0,
      unchanged: 3,
    });
    expect(await snapshot(p)).toEqual(before);
    expect((await p.sync().diff()).inSync).toBe(true);
  });

  it('touches only the rows that differ: the others keep id and times', async () => {
    const p = await project(
      { [config]: rulesYaml([{ id: 'a', roles: ['keep', 'flip', 'drop'] }]) },
      generation,
    );
    await p.apply();
    const rows = () =>
      p.db.query<{ rule_value: string; id: string; created_at: Date; updated_at: Date; access: string }>(
        'SELECT rule_value, id, created_at, updated_at, access FROM access_control_rules',
      );
    const before = new Map((await rows()).map((row) => [row.rule_value, row]));
    await p.write(
      config,
      rulesYaml([
        { id: 'a', roles: ['keep', 'new'] },
        { id: 'a', roles: ['flip'], access: 'deny' },
      ]),
    );
    const result = await p.apply(everything);
    expect(result.details).toMatchObject({ inserted: 1, updated: 1, deleted: 1, unchanged: 1 });
    const after = new Map((await rows()).map((row) => [row.rule_value, row]));
    expect([...after.keys()].sort()).toEqual(['flip', 'keep', 'new']);
    expect(after.get('keep')).toEqual(before.get('keep'));
    expect(after.get('flip')).toMatchObject({
      id: before.get('flip')?.id,
      created_at: before.get('flip')?.created_at,
      access: 'deny',
    });
    expect(after.get('flip')?.updated_at.getTime()).toBeGreaterThan(
      before.get('flip')?.updated_at.getTime() ?? 0,
    );
  });

  it('leaves user rules and what is not ours alone, and lists it', async () => {
    const p = await project({ [config]: rulesYaml([{ id: 'mine', roles: ['user'] }]) }, generation);
    await p.db.query(`
      INSERT INTO access_control_entities (entity_type, entity_id, source) VALUES
        ('agent', 'mine', 'ingestion:access_control_config'), ('marketplace', 'shop', 'profile:local'), ('agent', 'old', 'roles.yaml');
      INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value) VALUES
        ('agent', 'mine', 'user', 'u1'), ('marketplace', 'shop', 'role', 'admin'), ('agent', 'old', 'role', 'admin'), ('agent', 'old', 'user', 'u2')`);
    const report = accessDiffReport(await p.sync().diff());
    expect(report.unmanaged).toMatchObject([
      { entity_type: 'marketplace', entity_id: 'shop', role: 'admin', source: 'profile:local' },
    ]);
    expect(report.other_rules).toEqual({ user: 2 });
    expect(report.deleted).toMatchObject([{ entity_id: 'old', needs: 'prune' }]);
    expect((await p.apply({ override: true, deleteOrphans: true })).details).toMatchObject({
      inserted: 1,
      deleted: 0,
      skipped: 1,
    });
    expect((await p.apply(everything)).details).toMatchObject({ deleted: 1 });
    const left = await p.db.query(
      `SELECT entity_id, rule_type FROM access_control_rules ORDER BY entity_id, rule_type COLLATE "C"`,
    );
    expect(left).toEqual([
      { entity_id: 'mine', rule_type: 'role' },
      { entity_id: 'mine', rule_type: 'user' },
      { entity_id: 'old', rule_type: 'user' },
      { entity_id: 'shop', rule_type: 'role' },
    ]);
    expect((await p.sync().diff()).inSync).toBe(true);
  });

  it('needs a flag of its own for every change that takes something away', async () => {
    const p = await project(
      {
        [config]: rulesYaml([
          { id: 'a', roles: ['x', 'y'] },
          { id: 'b', roles: ['x'] },
        ]),
      },
      generation,
    );
    await p.apply();
    await p.write(config, rulesYaml([{ id: 'a', roles: ['x'], access: 'deny' }]));
    const diff = accessDiffReport(await p.sync().diff());
    expect(diff.deleted.map(({ entity_id, role, needs }) => [entity_id, role, needs])).toEqual([
      ['a', 'y', 'delete_orphans'],
      ['b', 'x', 'prune'],
    ]);
    expect(diff.updated).toMatchObject([
      { entity_id: 'a', role: 'x', access: 'deny', origin: 'disk', database: { access: 'allow' } },
    ]);
    const without = await p.apply();
    expect(without.details).toMatchObject({ inserted: 0, updated: 0, deleted: 0, skipped: 3 });
    expect(without.details?.left).toHaveLength(3);
    expect((await p.apply({ override: true })).details).toMatchObject({ updated: 1, deleted: 0 });
    expect((await p.apply({ deleteOrphans: true })).details).toMatchObject({ deleted: 1, skipped: 1 });
    expect((await p.apply({ prune: true })).details).toMatchObject({ deleted: 1, skipped: 0 });
    expect(await storedRules(p.db)).toEqual(['agent/a x deny']);
  });

  it('brings back from its backup what it wrote over and deleted', async () => {
    const p = await project(
      {
        [roles]: rulesYaml([
          { id: 'a', roles: ['x', 'y'], justification: 'because', included: true },
          { id: 'b', roles: ['x'] },
        ]),
      },
      generation,
    );
    await p.apply();
    const before = await snapshot(p);
    const entities = await p.db.query('SELECT * FROM access_control_entities ORDER BY entity_id');
    await p.write(roles, rulesYaml([{ id: 'a', roles: ['x'], access: 'deny', included: false }]));
    const result = await p.apply(everything);
    expect(result.details).toMatchObject({ updated: 1, deleted: 2, entities_updated: 1 });
    const service = new BackupService(p.project, quietContext());
    await service.applyRestore(await service.planRestore(result.backup ?? ''));
    expect(await snapshot(p)).toEqual(before);
    expect(await p.db.query('SELECT * FROM access_control_entities ORDER BY entity_id')).toEqual(entities);
  });
});

describe('access rules', () => {
  it('join config.yaml and roles.yaml, and name other files without reading them', async () => {
    const p = await project({
      [config]: rulesYaml([{ id: 'a', roles: ['x'] }]),
      [roles]: rulesYaml([{ id: 'b', roles: ['x'] }]),
      'access-control/departments.yaml': 'rules:\n  - nonsense\n',
    });
    const diff = await p.sync().diff();
    expect(diff.files).toEqual(['services/access-control/config.yaml', 'services/access-control/roles.yaml']);
    expect(diff.others).toEqual(['services/access-control/departments.yaml']);
    expect(diff.rules.map(({ entityId }) => entityId)).toEqual(['a', 'b']);
  });

  it('come from one file alone when it is named', async () => {
    const p = await project({
      [config]: rulesYaml([{ id: 'a', roles: ['x'] }]),
      'elsewhere/mine.yaml': rulesYaml([{ id: 'b', roles: ['x'] }]),
    });
    const diff = await p.sync({}, { file: 'elsewhere/mine.yaml' }).diff();
    expect(diff.files).toEqual(['services/elsewhere/mine.yaml']);
    expect(diff.rules.map(({ entityId }) => entityId)).toEqual(['b']);
    await expect(p.sync({}, { file: 'elsewhere/none.yaml' }).diff()).rejects.toMatchObject({
      code: 'missingConfig',
    });
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'in one file',
      {
        [config]: rulesYaml([
          { id: 'a', roles: ['x'] },
          { id: 'a', roles: ['x'], access: 'deny' },
        ]),
      },
      'config.yaml:8',
    ],
    [
      'between two files',
      {
        [config]: rulesYaml([{ id: 'a', roles: ['x'] }]),
        [roles]: rulesYaml([{ id: 'a', roles: ['x'], access: 'deny' }]),
      },
      'roles.yaml:4',
    ],
  ])('that contradict each other %s stop before anything is written', async (_where, files, place) => {
    const p = await project(files);
    const report = accessDiffReport(await p.sync().diff());
    expect(`${report.invalid[0]?.path}:${report.invalid[0]?.line}`).toBe(`services/access-control/${place}`);
    expect(report).toMatchObject({ in_sync: false, inserted: [], invalid: [{ rule: 'contradiction' }] });
    await expect(p.apply(everything)).rejects.toMatchObject({ code: 'invalidInput' });
    expect(await storedRules(p.db)).toEqual([]);
  });

  it('stop before the database is asked, when a file has an error', async () => {
    const p = await project({
      [config]: 'rules:\n  - entity_type: agnet\n    entity_id: a\n    roles: [x]\n',
    });
    await p.db.drop();
    const report = accessDiffReport(await p.sync().diff());
    expect(report.invalid).toMatchObject([
      { path: 'services/access-control/config.yaml', line: 2, column: 5 },
    ]);
    expect(report.invalid[0]?.message).toContain('"agent"');
  });

  it('warn at the line of an id that no service declares, with the nearest name', async () => {
    const p = await project({
      [config]: rulesYaml([
        { id: 'writter', roles: ['x'] },
        { id: 'writer', roles: ['x'] },
        { type: 'gateway_route', id: 'r', roles: ['x'] },
      ]),
      'agents/writer.yaml': 'agents:\n  writer:\n    port: 1\n',
    });
    const warnings = accessDiffReport(await p.sync().diff()).warnings;
    expect(warnings).toMatchObject([{ line: 3, rule: 'undeclaredId' }]);
    expect(warnings[0]?.message).toContain('Did you mean "writer"?');
    expect((await p.apply()).warnings).toEqual([
      expect.stringMatching(/^services\/access-control\/\w+\.yaml:3:.*Did you mean "writer"\?$/),
    ]);
    expect((await p.apply()).success).toBe(true);
  });

  it('expand a pattern over what exists, so that applying twice is applying once', async () => {
    const text =
      'rules:\n  - entity_type: gateway_route\n    entity_match: "claude-*"\n    roles: [user]\n  - entity_type: gateway_route\n    entity_id: claude-new\n    roles: [admin]\n';
    const p = await project({ [roles]: text }, 'current');
    await p.db.query(
      `INSERT INTO access_control_entities (entity_type, entity_id, source, default_included) VALUES
         ('gateway_route', 'claude-old', 'profile:local', true), ('gateway_route', 'gpt', 'profile:local', false), ('agent', 'claude-agent', 'x', false)`,
    );
    await p.db.query(
      `INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value) VALUES ('gateway_route', 'claude-old', 'role', 'theirs')`,
    );
    await p.apply(everything);
    expect(await storedRules(p.db)).toEqual([
      'gateway_route/claude-new admin allow',
      'gateway_route/claude-new user allow',
      'gateway_route/claude-old theirs allow',
      'gateway_route/claude-old user allow',
    ]);
    const diff = await p.sync().diff();
    expect(diff.inSync).toBe(true);
    expect(diff.unmanaged.map(({ role }) => role)).toEqual(['theirs']);
    expect(
      await p.db.query(
        `SELECT source, default_included FROM access_control_entities WHERE entity_id = 'claude-old'`,
      ),
    ).toEqual([{ source: 'profile:local', default_included: true }]);
  });

  it('open an entity to everybody, and close it again when the file stops saying so', async () => {
    const p = await project({ [roles]: rulesYaml([{ id: 'a', roles: ['x'], included: true }]) });
    expect((await p.apply()).details).toMatchObject({ inserted: 1, entities_updated: 1 });
    const included = () => p.db.query('SELECT default_included FROM access_control_entities');
    expect(await included()).toEqual([{ default_included: true }]);
    await p.write(roles, rulesYaml([{ id: 'a', roles: ['x'] }]));
    expect(accessDiffReport(await p.sync().diff())).toMatchObject({
      in_sync: false,
      entities: [{ default_included: { from: true, to: false } }],
    });
    expect((await p.apply()).details).toMatchObject({ entities_updated: 0, skipped: 1 });
    expect((await p.apply({ override: true })).details).toMatchObject({ entities_updated: 1 });
    expect(await included()).toEqual([{ default_included: false }]);
    await p.write(roles, rulesYaml([{ id: 'a', roles: ['x'], included: true }]));
    await p.apply(everything);
    await p.write(roles, rulesYaml([{ id: 'b', roles: ['x'] }]));
    expect((await p.apply({ override: true, deleteOrphans: true })).details).toMatchObject({
      entities_updated: 0,
    });
    expect((await p.apply({ prune: true })).details).toMatchObject({ deleted: 1, entities_updated: 1 });
    expect(await p.db.query('SELECT bool_or(default_included) AS open FROM access_control_entities')).toEqual(
      [{ open: false }],
    );
  });

  it('say so when an entity is open to everybody and a file of 0.12 cannot say whether it should be', async () => {
    const p = await project({ [config]: rulesYaml([{ id: 'a', roles: ['x'] }]) });
    await p.apply();
    await p.db.query('UPDATE access_control_entities SET default_included = true');
    const report = accessDiffReport(await p.sync().diff());
    expect(report).toMatchObject({ in_sync: true, entities: [] });
    expect(report.warnings.map(({ rule }) => rule)).toContain('silentDefault');
  });

  it('leave what no file can say, and show it', async () => {
    const p = await project({ [config]: rulesYaml([{ id: 'a', roles: ['x'] }]) });
    await p.apply();
    await p.db.query(`
      INSERT INTO access_control_entities (entity_type, entity_id, source, default_included) VALUES
        ('skill', 'open', 'roles.yaml', true), ('plugin', 'theirs', 'profile:local', true);
      INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value) VALUES ('agent', 'a', 'role', ' x')`);
    const before = await snapshot(p);
    expect((await p.apply(everything)).warnings).toContainEqual(
      expect.stringContaining('skill/open is open'),
    );
    expect(await snapshot(p)).toEqual(before);
    const diff = await p.sync().diff();
    expect(accessDiffReport(diff)).toMatchObject({
      in_sync: true,
      unmanaged: [{ entity_id: 'a', role: ' x', why: 'unsayable' }],
      unmanaged_entities: [
        { entity_type: 'plugin', entity_id: 'theirs', source: 'profile:local', why: 'foreign' },
        { entity_type: 'skill', entity_id: 'open', source: 'roles.yaml', why: 'unsayable' },
      ],
    });
    const shown = accessTree(diff).entities.map(({ label, children }) => [
      label,
      children.map(({ role, database, status, item }) => [role, database, status, item]),
    ]);
    expect(shown).toEqual([
      ['agent/a', [[' x', 'allow', 'unmanaged', undefined]]],
      ['plugin/theirs', [[null, 'true', 'unmanaged', undefined]]],
      ['skill/open', [[null, 'true', 'unmanaged', undefined]]],
    ]);
  });

  it('close what they had opened, also when somebody has taken its last rule away', async () => {
    const p = await project({ [roles]: rulesYaml([{ id: 'a', roles: ['x'], included: true }]) });
    await p.apply();
    await p.db.query('DELETE FROM access_control_rules');
    await p.write(roles, 'rules: []\n');
    expect((await p.apply({ prune: true })).details).toMatchObject({ entities_updated: 1 });
  });

  it('name an entity type that this database does not take, before anything is written', async () => {
    const p = await project({
      [config]: rulesYaml([
        { id: 'a', roles: ['x'] },
        { type: 'slack_workspace', id: 's', roles: ['x'] },
      ]),
    });
    expect(accessDiffReport(await p.sync().diff()).invalid).toMatchObject([
      { line: 6, rule: 'unknownToDatabase' },
    ]);
    await expect(p.apply()).rejects.toMatchObject({ code: 'invalidInput' });
    expect(await storedRules(p.db)).toEqual([]);
  });

  it('tell with a base which side changed, and leave what both changed', async () => {
    const names = ['disk', 'row', 'both', 'gone'];
    const p = await project({ [config]: rulesYaml([{ id: 'a', roles: names }]) });
    await p.apply();
    await p.db.query(
      `UPDATE access_control_rules SET access = 'deny', justification = 'dashboard' WHERE rule_value IN ('row', 'both')`,
    );
    await p.db.query(`DELETE FROM access_control_rules WHERE rule_value = 'gone'`);
    await p.write(
      config,
      rulesYaml([
        { id: 'a', roles: ['row', 'gone'] },
        { id: 'a', roles: ['disk', 'both'], access: 'deny' },
      ]),
    );
    const diff = await p.sync().diff();
    expect(Object.fromEntries(diff.rules.map(({ role, origin }) => [role, origin]))).toEqual({
      disk: 'disk',
      row: 'database',
      both: 'both',
      gone: 'database',
    });
    const plain = await p.apply();
    expect(plain.details).toMatchObject({ inserted: 1, updated: 0, skipped: 3 });
    expect(plain.warnings.filter((text) => text.includes('taken out of the database'))).toHaveLength(1);
    expect(plain.details?.left.find(({ item }) => item.endsWith('both'))?.kind).toBe('conflict');
    expect((await p.apply({ conflict: 'disk' })).details).toMatchObject({ updated: 1, skipped: 2 });
    expect((await p.apply({ override: true })).details).toMatchObject({ updated: 2, skipped: 0 });
  });

  it('apply only the items that were chosen', async () => {
    const p = await project({ [config]: rulesYaml([{ id: 'a', roles: ['x', 'y'] }]) });
    const service = p.sync();
    const plan = service.plan(await service.diff(), { items: ['agent\0a\0y'] });
    expect((await service.apply(plan)).details).toMatchObject({ inserted: 1, skipped: 0 });
    expect(await storedRules(p.db)).toEqual(['agent/a y allow']);
  });

  it.each([
    ['the file', async (p: AccessProject) => p.write(config, rulesYaml([{ id: 'a', roles: ['x', 'z'] }]))],
    [
      'the database',
      async (p: AccessProject) => {
        await p.db.query(
          `INSERT INTO access_control_entities (entity_type, entity_id, source) VALUES ('agent', 'a', 'ingestion:access_control_config')`,
        );
        await p.db.query(
          `INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value) VALUES ('agent', 'a', 'role', 'x')`,
        );
      },
    ],
  ])('are not applied at all when %s has changed since the plan', async (_what, change) => {
    const p = await project({
      [config]: rulesYaml([
        { id: 'a', roles: ['x'] },
        { id: 'b', roles: ['x'] },
      ]),
    });
    const service = p.sync();
    const plan = service.plan(await service.diff(), everything);
    await change(p);
    const before = await storedRules(p.db);
    await expect(service.apply(plan)).rejects.toMatchObject({ code: 'conflict' });
    expect(await storedRules(p.db)).toEqual(before);
    expect(await new BackupService(p.project, quietContext()).list()).toEqual([]);
  });

  it('stop at a mass deletion until it is allowed', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => ({ id: `a${index}`, roles: ['x'] }));
    const p = await project({ [config]: rulesYaml(ids) });
    await p.apply();
    await p.write(config, 'rules: []\n');
    await expect(p.apply(everything)).rejects.toMatchObject({
      code: 'guard',
      details: { guard: 'emptySource', deletes: 12 },
    });
    expect(await storedRules(p.db)).toHaveLength(12);
    expect((await p.apply(everything, anyNumber)).details).toMatchObject({ deleted: 12 });
  });

  it('say that a database without the tables is not supported, and that a project without files has none', async () => {
    const p = await project({ [config]: rulesYaml([{ id: 'a', roles: ['x'] }]) });
    await p.db.query('DROP TABLE access_control_rules, access_control_entities');
    await expect(p.sync().diff()).rejects.toMatchObject({ code: 'unsupported' });
    await p.remove(config);
    await expect(p.sync().diff()).rejects.toMatchObject({ code: 'missingConfig' });
  });
});
