import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ServerGeneration } from '../../../demo/schema/readSchema.mjs';
import type { AccessDialect } from '../../../src/core/accessControl/exportableRules';
import { anyNumber, createAccessProject, everything, rulesYaml, type AccessProject } from './accessProject';

interface StoredEntity {
  readonly type: string;
  readonly id: string;
  readonly source: string;
  readonly open: boolean;
  readonly rules: Readonly<
    Record<string, { readonly access: 'allow' | 'deny'; readonly justification: string | null }>
  >;
  /** About a user. */
  readonly user: boolean;
}

/** Names that no file can say are among them: servers store what they are given. */
const roleNames = ['x', 'y', 'a, b', 'yes', ' padded', 'tab\t'];
const types = ['agent', 'skill', 'gateway_route'];

const entity: fc.Arbitrary<StoredEntity> = fc.record({
  type: fc.constantFrom(...types, 'unheard_of'),
  id: fc.constantFrom('a', 'b', 'c', 'yes', ' odd'),
  source: fc.constantFrom('ingestion:access_control_config', 'roles.yaml', 'profile:local'),
  open: fc.boolean(),
  rules: fc.dictionary(
    fc.constantFrom(...roleNames),
    fc.record({
      access: fc.constantFrom('allow', 'deny'),
      justification: fc.option(fc.constantFrom('', 'why', 'two\nlines'), { nil: null }),
    }),
    { maxKeys: 3 },
  ),
  user: fc.boolean(),
});

const entities = fc.uniqueArray(entity, { selector: ({ type, id }) => `${type} ${id}`, maxLength: 8 });

/** What two files said before, and an apply brought into the database; then others changed the database. */
const before = fc.option(
  fc.uniqueArray(
    fc.record({
      type: fc.constantFrom(...types),
      id: fc.constantFrom('a', 'b', 'c'),
      role: fc.constantFrom('x', 'y'),
      included: fc.option(fc.boolean(), { nil: undefined }),
      inConfig: fc.boolean(),
    }),
    { selector: ({ type, id }) => `${type} ${id}`, maxLength: 6 },
  ),
  { nil: undefined },
);

/** By hand: the printed text becomes the only file of a project that has no base. */
const ways = ['printed', 'newFile', 'overBoth'] as const;

const config = 'access-control/config.yaml';
const roles = 'access-control/roles.yaml';

/** Whatever a database holds: an export of it, applied with every flag, writes no row, and the comparison finds nothing. */
export async function checkExportThenApply(generation: ServerGeneration, numRuns: number): Promise<void> {
  const p = await createAccessProject({}, generation);
  // A newer server than any we know may have further types.
  if (generation === 'current') await dropTypeChecks(p);
  try {
    await fc.assert(
      fc.asyncProperty(
        entities,
        before,
        fc.constantFrom<AccessDialect>('config', 'roles'),
        fc.constantFrom(...ways),
        async (stored, earlier, dialect, way) => {
          await startAnew(p);
          if (earlier && way !== 'printed') await applyEarlier(p, earlier);
          const known =
            generation === 'current' ? stored : stored.filter(({ type }) => type !== 'unheard_of');
          for (const item of known) await store(p, item);
          await exportTo(p, way, dialect);
          const rows = await allRows(p);
          const result = await p.apply(everything, anyNumber);
          expect(result.items_synced).toBe(0);
          expect(await allRows(p)).toEqual(rows);
          expect((await p.sync().diff()).inSync).toBe(true);
        },
      ),
      { numRuns, endOnFailure: true },
    );
  } finally {
    await p.dispose();
  }
}

async function startAnew(p: AccessProject): Promise<void> {
  await p.db.query('DELETE FROM access_control_entities');
  for (const path of ['.systemprompt/sync', `services/${config}`, `services/${roles}`])
    await rm(join(p.root, path), { recursive: true, force: true });
}

async function applyEarlier(
  p: AccessProject,
  earlier: readonly {
    readonly type: string;
    readonly id: string;
    readonly role: string;
    readonly included?: boolean | undefined;
    readonly inConfig: boolean;
  }[],
): Promise<void> {
  const text = (inConfig: boolean) =>
    rulesYaml(
      earlier
        .filter((rule) => rule.inConfig === inConfig)
        .map(({ type, id, role, included }) => ({
          type,
          id,
          roles: [role],
          ...(included !== undefined && { included }),
        })),
    );
  await p.write(config, text(true));
  await p.write(roles, text(false));
  await p.apply(everything, anyNumber);
}

/** In place of what is there about the entity. */
async function store(p: AccessProject, { type, id, source, open, rules, user }: StoredEntity): Promise<void> {
  await p.db.query(
    `INSERT INTO access_control_entities (entity_type, entity_id, source, default_included) VALUES ($1, $2, $3, $4)
     ON CONFLICT (entity_type, entity_id) DO UPDATE SET source = $3, default_included = $4`,
    [type, id, source, open],
  );
  await p.db.query('DELETE FROM access_control_rules WHERE entity_type = $1 AND entity_id = $2', [type, id]);
  const insert = (ruleType: string, value: string, access: string, justification: string | null) =>
    p.db.query(
      `INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value, access, justification) VALUES ($1, $2, $3, $4, $5, $6)`,
      [type, id, ruleType, value, access, justification],
    );
  for (const [role, { access, justification }] of Object.entries(rules))
    await insert('role', role, access, justification);
  if (user) await insert('user', 'u1', 'deny', null);
}

async function exportTo(p: AccessProject, way: (typeof ways)[number], dialect: AccessDialect): Promise<void> {
  const path = (file: string) => join(p.project.servicesDir, file);
  const write = async (file: string, as: AccessDialect) =>
    p.sync().applyExport(await p.sync().planExport(path(file), as));
  switch (way) {
    case 'printed':
      return p.write(dialect === 'config' ? config : roles, (await p.sync().export(dialect)).yaml);
    case 'newFile': {
      for (const file of [config, roles]) await rm(path(file), { force: true });
      await write(dialect === 'config' ? config : roles, dialect);
      return;
    }
    case 'overBoth': {
      await write(config, dialect);
      await write(roles, 'roles');
    }
  }
}

/** With the transaction that wrote each row: a row that was written again, to the same, is not the same. */
function allRows({ db }: AccessProject): Promise<unknown[]> {
  return db.query(
    `SELECT xmin::text, ctid::text, to_jsonb(r) AS row FROM access_control_rules r
     UNION ALL SELECT xmin::text, ctid::text, to_jsonb(e) FROM access_control_entities e ORDER BY 3, 2`,
  );
}

async function dropTypeChecks({ db }: AccessProject): Promise<void> {
  await db.query(`DO $$ DECLARE c record; BEGIN
    FOR c IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint
              WHERE contype = 'c' AND conrelid::regclass::text IN ('access_control_entities', 'access_control_rules')
                AND pg_get_constraintdef(oid) LIKE '%entity_type%'
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.owner, c.conname); END LOOP; END $$`);
}
