import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ServerGeneration } from '../../../demo/schema/readSchema.mjs';
import {
  anyNumber,
  createAccessProject,
  everything,
  rulesYaml,
  storedRules,
  type RuleText,
} from './accessProject';

/** What a file says, without contradictions: at most one statement for every (entity, role) and every entity. */
interface Said {
  readonly rules: Readonly<
    Record<string, { readonly access: 'allow' | 'deny'; readonly justification: string | null }>
  >;
  readonly included: readonly string[];
  /** Which of the two files holds which entity. */
  readonly inConfig: readonly string[];
}

const entities = ['agent/a', 'agent/b', 'skill/a', 'mcp_server/m', 'plugin/foreign'];
const keys = entities.flatMap((entity) => ['x', 'y', 'z'].map((role) => `${entity} ${role}`));

const said: fc.Arbitrary<Said> = fc.record({
  rules: fc.dictionary(
    fc.constantFrom(...keys),
    fc.record({
      access: fc.constantFrom('allow', 'deny'),
      justification: fc.option(fc.constantFrom('', 'why', 'line\nbreak: "quoted"'), { nil: null }),
    }),
    { maxKeys: 10 },
  ),
  included: fc.subarray(entities),
  inConfig: fc.subarray(entities),
});

function textOf({ rules, included, inConfig }: Said, config: boolean): string {
  const list: RuleText[] = Object.entries(rules).flatMap(([key, { access, justification }]) => {
    const [entity = '', role = ''] = key.split(' ');
    const [type = '', id = ''] = entity.split('/');
    if (inConfig.includes(entity) !== config) return [];
    return [{ type, id, roles: [role], access, justification, included: included.includes(entity) }];
  });
  return rulesYaml(list);
}

function expected({ rules }: Said): string[] {
  return Object.entries(rules)
    .map(
      ([key, { access, justification }]) =>
        `${key} ${access}${justification === null ? '' : ` ${justification}`}`,
    )
    .sort();
}

/**
 * Any two rule files, applied one after the other, leave exactly the role rules of the second on the entities that are ours or
 * named, whether the base is kept or lost in between; rules of others and rules of other types stay as they are.
 */
export async function checkTwoRuleFiles(generation: ServerGeneration, numRuns: number): Promise<void> {
  const p = await createAccessProject({}, generation);
  const write = async (content: Said) => {
    await p.write('access-control/config.yaml', textOf(content, true));
    await p.write('access-control/roles.yaml', textOf(content, false));
  };
  const foreign = async () =>
    (await storedRules(p.db)).filter(
      (rule) => rule.startsWith('marketplace/') || rule.startsWith('plugin/other'),
    );
  try {
    await fc.assert(
      fc.asyncProperty(said, said, fc.boolean(), async (first, second, loseBase) => {
        await p.db.query(`
          DELETE FROM access_control_entities;
          INSERT INTO access_control_entities (entity_type, entity_id, source, default_included) VALUES
            ('marketplace', 'shop', 'profile:local', true), ('plugin', 'other', 'bootstrap:rule_derived', false), ('agent', 'a', 'roles.yaml', false);
          INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value) VALUES
            ('marketplace', 'shop', 'role', 'admin'), ('plugin', 'other', 'role', 'x'), ('agent', 'a', 'user', 'u1'), ('agent', 'a', 'role', 'stray')`);
        const others = await foreign();
        await rm(join(p.root, '.systemprompt', 'sync'), { recursive: true, force: true });
        for (const content of [first, second]) {
          await write(content);
          await p.apply(everything, anyNumber);
          if (loseBase) await rm(join(p.root, '.systemprompt', 'sync'), { recursive: true });
        }
        expect(await foreign()).toEqual(others);
        const ours = (await storedRules(p.db)).filter((rule) => !others.includes(rule));
        expect(ours).toEqual(expected(second));
        const open = await p.db.query<{ entity: string }>(
          `SELECT entity_type || '/' || entity_id AS entity FROM access_control_entities WHERE default_included AND entity_type <> 'marketplace'`,
        );
        const spoken = new Set(Object.keys(second.rules).map((key) => key.split(' ')[0] ?? ''));
        expect(open.map(({ entity }) => entity).sort()).toEqual(
          second.included.filter((entity) => spoken.has(entity)).sort(),
        );
        expect(
          await p.db.query(`SELECT rule_value FROM access_control_rules WHERE rule_type = 'user'`),
        ).toEqual([{ rule_value: 'u1' }]);
        expect((await p.sync().diff()).inSync).toBe(true);
      }),
      { numRuns, endOnFailure: true },
    );
  } finally {
    await p.dispose();
  }
}
