import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { BackupService } from '../../../src/core/backups/backupService';
import { entityKeyText, ruleKeyText, type RoleRule } from '../../../src/core/accessControl/accessRule';
import type { AccessState } from '../../../src/core/accessControl/accessState';
import { expandRules } from '../../../src/core/accessControl/expandRules';
import { exportAccess } from '../../../src/core/accessControl/exportAccess';
import { parseAccessFile } from '../../../src/core/accessControl/parseAccessFile';
import { quietContext } from '../../../src/core/ports';
import { createAccessProject, everything, rulesYaml, storedRules, type AccessProject } from './accessProject';

const name = fc
  .oneof(
    fc.constantFrom(
      'admin',
      'yes',
      'null',
      '0x1F',
      '.inf',
      '2024',
      'a,b',
      '[x]',
      'a: b',
      '# no',
      '"q"',
      "it's",
      '*',
      'ünï',
      '😀',
      '-',
      '?',
      '~',
      '1.5',
      'true',
      '!x',
      '&a',
      '%',
      '@',
      '`',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  )
  .filter(
    (text) =>
      /^\S/u.test(text) && text === text.trim() && !/[\p{Cc}\p{Surrogate}\p{White_Space}\ufeff]/u.test(text),
  );
const justification = fc
  .option(
    fc.oneof(
      fc.constantFrom('', ' lead', 'two\nlines\n', 'tab\there', '\u0085\u2028\ufeff', '---', '\u0007'),
      fc.string({ unit: 'binary', maxLength: 30 }),
    ),
    { nil: null },
  )
  .filter((text) => text === null || (!text.includes('\0') && !/\p{Surrogate}/u.test(text)));

const rule: fc.Arbitrary<RoleRule> = fc.record({
  entityType: fc.constantFrom('agent', 'skill', 'teams_tenant'),
  entityId: name,
  role: name,
  access: fc.constantFrom('allow', 'deny'),
  justification,
});

function stateOf(rules: readonly RoleRule[], open: (entity: RoleRule) => boolean = () => false): AccessState {
  const entities = rules.map(
    (of) =>
      [
        entityKeyText(of),
        { entityType: of.entityType, entityId: of.entityId, defaultIncluded: open(of), source: 'roles.yaml' },
      ] as const,
  );
  return {
    generation: 'newer',
    entityTypes: undefined,
    entities: new Map(entities),
    rules: new Map(rules.map((of, index) => [ruleKeyText(of), { ...of, id: String(index) }])),
    otherRules: new Map(),
  };
}

const plain = (rules: Iterable<RoleRule>) =>
  [...rules]
    .map(({ entityType, entityId, role, access, justification: why }) =>
      JSON.stringify([entityType, entityId, role, access, why]),
    )
    .sort();

describe('an export', () => {
  it.each(['config', 'roles'] as const)(
    'in the dialect of %s reads back as the same rules, whatever they are called',
    async (dialect) => {
      await fc.assert(
        fc.asyncProperty(fc.array(rule, { maxLength: 12 }), async (rules) => {
          const state = stateOf(rules, ({ entityId }) => entityId.length % 2 === 0);
          const exported = await exportAccess({ state, dialect });
          const parsed = parseAccessFile(exported.yaml, 'x.yaml');
          expect(parsed.problems).toEqual([]);
          const said = expandRules(parsed.rules, []);
          expect(plain(said.rules.values())).toEqual(plain(state.rules.values()));
          const open = [...state.entities.values()].filter(({ defaultIncluded }) => defaultIncluded);
          const opened = [...said.entities.values()].filter(({ defaultIncluded }) => defaultIncluded);
          expect(opened.length).toBe(dialect === 'roles' ? open.length : 0);
          expect(exported.lossy).toHaveLength(dialect === 'roles' ? 0 : open.length);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('over a file says what the database says, and keeps the comments of every rule that stays', async () => {
    const small = fc.record({
      entityType: fc.constantFrom('agent', 'skill'),
      entityId: fc.constantFrom('a', 'b'),
      role: fc.constantFrom('x', 'y', 'z'),
      access: fc.constantFrom('allow' as const, 'deny' as const),
      justification: fc.constantFrom(null, 'why'),
    });
    const unique = { selector: ruleKeyText, maxLength: 8 };
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(small, unique),
        fc.uniqueArray(small, unique),
        fc.boolean(),
        async (before, after, crlf) => {
          const lines = before.flatMap((of, index) => [
            `  # about ${index}`,
            `  - entity_type: ${of.entityType} # type ${index}`,
            `    entity_id: '${of.entityId}'`,
            `    access: ${of.access}`,
            `    roles: [${of.role}]`,
            ...(of.justification === null ? [] : [`    justification: ${of.justification}`]),
            '',
          ]);
          const text = ['# The heading stays.', '', 'rules:', ...lines, '# The end stays.', ''].join(
            crlf ? '\r\n' : '\n',
          );
          const over = parseAccessFile(text, 'access-control/config.yaml');
          expect(over.problems).toEqual([]);
          const exported = await exportAccess({ state: stateOf(after), over, dialect: 'config' });
          const said = expandRules(parseAccessFile(exported.yaml, 'config.yaml').rules, []);
          expect(plain(said.rules.values())).toEqual(plain(after));
          expect(exported.lossy).toEqual([]);
          const stays = new Set(after.map(ruleKeyText));
          for (const [index, of] of before.entries()) {
            expect(exported.yaml.includes(`# type ${index}`)).toBe(stays.has(ruleKeyText(of)));
          }
          for (const [index, of] of before.entries()) {
            if (stays.has(ruleKeyText(of))) expect(exported.yaml).toContain(`# about ${index}`);
          }
          if (crlf) expect(exported.yaml.replaceAll('\r\n', '')).not.toContain('\n');
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('an export with a database', () => {
  let p: AccessProject;
  afterEach(() => p.dispose());

  const config = 'access-control/config.yaml';
  const roles = 'access-control/roles.yaml';

  it.each(['config', 'roles'] as const)(
    'in the dialect of %s changes nothing when it is applied',
    async (dialect) => {
      p = await createAccessProject({}, 'current');
      await p.db.query(`
      INSERT INTO access_control_entities (entity_type, entity_id, source, default_included) VALUES
        ('agent', 'a', 'roles.yaml', true), ('agent', 'no: rules', 'profile:x', true), ('skill', 'it''s "s"', 'profile:local', false), ('agent', ' odd', 'x', false);
      INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value, access, justification) VALUES
        ('agent', 'a', 'role', 'yes', 'allow', E'two\\nlines'), ('agent', 'a', 'role', 'b,c]', 'deny', ''),
        ('skill', 'it''s "s"', 'role', '0x1F', 'allow', NULL), ('agent', 'a', 'user', 'u', 'deny', NULL), ('agent', ' odd', 'role', 'x', 'allow', NULL)`);
      const exported = await p.sync().export(dialect);
      expect(exported.rules).toBe(3);
      expect(exported.lossy.map(({ what }) => what).sort()).toEqual(
        dialect === 'config'
          ? ['default_included', 'default_included', 'rule']
          : ['default_included', 'rule'],
      );
      await p.write(dialect === 'config' ? config : roles, exported.yaml);
      const before = await p.db.query('SELECT to_jsonb(r) FROM access_control_rules r ORDER BY id');
      const entities = await p.db.query(
        'SELECT to_jsonb(e) FROM access_control_entities e ORDER BY entity_id',
      );
      const { details } = await p.apply({ override: true, deleteOrphans: true, prune: true });
      expect(details).toMatchObject({
        inserted: 0,
        updated: 0,
        deleted: 0,
        entities_updated: 0,
        unchanged: 3,
      });
      expect(await p.db.query('SELECT to_jsonb(r) FROM access_control_rules r ORDER BY id')).toEqual(before);
      expect(
        await p.db.query('SELECT to_jsonb(e) FROM access_control_entities e ORDER BY entity_id'),
      ).toEqual(entities);
    },
  );

  it.each(['0.12', 'current'] as const)(
    'over a file, in the dialect of 0.12, does not close what the file had opened (%s)',
    async (generation) => {
      const open = [
        { id: 'a', roles: ['x'], included: true },
        { id: 'b', roles: ['y'], included: true },
      ];
      p = await createAccessProject(
        { [config]: rulesYaml([...open, { id: 'c', roles: ['z'] }]) },
        generation,
      );
      await p.db.query(
        `INSERT INTO access_control_entities (entity_type, entity_id, source) VALUES ('agent', 'b', 'profile:x')`,
      );
      await p.apply(everything);
      const plan = await p.sync().planExport(`${p.project.servicesDir}/${config}`, 'config');
      expect(plan.exported.lossy.map(({ what, entity_id }) => [what, entity_id])).toEqual([
        ['default_included', 'a'],
        ['default_included', 'b'],
      ]);
      await p.sync().applyExport(plan);
      expect(await p.read(config)).not.toContain('default_included');
      const rows = () =>
        p.db.query(
          `SELECT to_jsonb(r) AS row FROM access_control_rules r UNION ALL SELECT to_jsonb(e) FROM access_control_entities e ORDER BY 1`,
        );
      const before = await rows();
      expect((await p.apply(everything)).items_synced).toBe(0);
      expect(await rows()).toEqual(before);
      // The file gives it again, and takes it back: now that is what it says.
      await p.write(config, rulesYaml(open));
      await p.apply(everything);
      await p.write(config, rulesYaml(open.map(({ id, roles }) => ({ id, roles }))));
      expect((await p.apply(everything)).details).toMatchObject({ entities_updated: 2 });
    },
  );

  it('to a file that no apply reads leaves the base as it is', async () => {
    const file = (included?: boolean) =>
      rulesYaml([{ id: 'a', roles: ['x'], ...(included && { included }) }]);
    p = await createAccessProject({ [config]: file(true) });
    await p.db.query(
      `INSERT INTO access_control_entities (entity_type, entity_id, source) VALUES ('agent', 'a', 'profile:x')`,
    );
    await p.apply(everything);
    await p.sync().applyExport(await p.sync().planExport(`${p.root}/look.yaml`, 'config'));
    await p.write(config, file());
    expect((await p.apply(everything)).details).toMatchObject({ entities_updated: 1 });
  });

  it('writes roles.yaml in its own dialect, in which silence closes, and in no other', async () => {
    p = await createAccessProject({ [roles]: rulesYaml([{ id: 'a', roles: ['x'], included: true }]) });
    await p.apply();
    await p.remove(roles);
    const path = `${p.project.servicesDir}/${roles}`;
    await expect(p.sync().planExport(path, 'config')).rejects.toMatchObject({ code: 'invalidInput' });
    const plan = await p.sync().planExport(path);
    expect(plan.exported).toMatchObject({ dialect: 'roles', lossy: [] });
    await p.sync().applyExport(plan);
    expect((await p.apply(everything)).items_synced).toBe(0);
  });

  it('over one of two files keeps an entity open that no other rule of the two says it of', async () => {
    p = await createAccessProject({
      [config]: rulesYaml([{ id: 'a', roles: ['x'] }]),
      [roles]: rulesYaml([{ id: 'a', roles: ['y'], included: true }]),
    });
    await p.apply();
    await p.db.query(`DELETE FROM access_control_rules WHERE rule_value = 'y'`);
    const plan = await p.sync().planExport(`${p.project.servicesDir}/${roles}`);
    expect(plan.exported).toMatchObject({ rules: 1, lossy: [] });
    await p.sync().applyExport(plan);
    expect((await p.apply(everything)).items_synced).toBe(0);
    expect(await p.db.query('SELECT default_included FROM access_control_entities')).toEqual([
      { default_included: true },
    ]);
  });

  it('over one of two files tells what the other one says otherwise', async () => {
    p = await createAccessProject({
      [config]: rulesYaml([{ id: 'a', roles: ['x'] }]),
      [roles]: rulesYaml([{ id: 'b', roles: ['x'], included: true }]),
    });
    await p.apply();
    await p.db.query(`UPDATE access_control_rules SET access = 'deny' WHERE entity_id = 'b'`);
    await p.db.query('UPDATE access_control_entities SET default_included = false');
    const plan = await p.sync().planExport(`${p.project.servicesDir}/${config}`);
    expect(plan.exported.lossy.map(({ what, message }) => [what, message])).toEqual([
      ['other_file', expect.stringContaining('roles.yaml says allow of agent/b for x')],
      ['other_file', expect.stringContaining('roles.yaml says default_included true of agent/b')],
    ]);
  });

  it('after an apply equals the expanded rules of the file', async () => {
    const text =
      'rules:\n  - {entity_type: skill, entity_match: "s*", roles: [user, admin]}\n  - {entity_type: skill, entity_id: s1, roles: [dev], access: deny}\n  - {entity_type: skill, entity_id: s2, roles: [dev], default_included: true}\n';
    p = await createAccessProject({ [roles]: text }, 'current');
    await p.apply();
    const { yaml } = await p.sync().export('roles');
    const said = expandRules(parseAccessFile(yaml, 'roles.yaml').rules, []);
    const wanted = expandRules(parseAccessFile(text, 'roles.yaml').rules, []);
    expect(plain(said.rules.values())).toEqual(plain(wanted.rules.values()));
    expect(said.rules.size).toBe(6);
  });

  it('keeps a pattern that still holds, and writes out one that does not', async () => {
    const text =
      '# head\nrules:\n  # all of them\n  - {entity_type: skill, entity_match: "s*", roles: [user]}\n  - {entity_type: skill, entity_id: s1, roles: [dev]}\n';
    p = await createAccessProject({ [roles]: text }, 'current');
    await p.apply();
    const path = `${p.project.servicesDir}/${roles}`;
    expect((await p.sync().planExport(path)).steps).toEqual([]);
    await p.db.query(`UPDATE access_control_rules SET access = 'deny' WHERE rule_value = 'user'`);
    const plan = await p.sync().planExport(path);
    expect(plan.exported.lossy).toMatchObject([{ what: 'entity_match' }]);
    expect(plan.steps[0]?.content).toContain('# head');
    const backup = await p.sync().applyExport(plan);
    expect((await p.sync().diff()).inSync).toBe(true);
    const service = new BackupService(p.project, quietContext());
    await service.applyRestore(await service.planRestore(backup ?? ''));
    expect(await p.read(roles)).toBe(text);
  });

  it('leaves out of one file what the other says, and refuses a file that has changed since', async () => {
    p = await createAccessProject({
      [config]: rulesYaml([{ id: 'a', roles: ['x'] }]),
      [roles]: rulesYaml([{ id: 'b', roles: ['x'] }]),
    });
    await p.apply();
    await p.db.query(`UPDATE access_control_rules SET justification = 'new' WHERE entity_id = 'a'`);
    const path = `${p.project.servicesDir}/${config}`;
    const plan = await p.sync().planExport(path);
    expect(plan.exported.rules).toBe(1);
    await p.write(config, '# mine\n');
    await expect(p.sync().applyExport(plan)).rejects.toMatchObject({ code: 'conflict' });
    expect(await p.read(config)).toBe('# mine\n');
    await p.sync().applyExport(await p.sync().planExport(path));
    expect(await p.read(config)).toContain('# mine');
    expect((await p.sync().diff()).inSync).toBe(true);
    expect((await p.apply(everything)).items_synced).toBe(0);
    expect(await storedRules(p.db)).toEqual(['agent/a x allow new', 'agent/b x allow']);
  });
});
