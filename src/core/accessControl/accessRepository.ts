import type { Database } from '../database/connection';
import { sqlStateOf } from '../database/databaseError';
import { SyncError } from '../syncError';
import { entityKeyText, ruleKeyText, type Access, type EntityKey, type RoleRule } from './accessRule';
import {
  ourSource,
  type AccessState,
  type Generation,
  type StoredEntity,
  type StoredRule,
} from './accessState';

/** The SQL of the two access-control tables. Every statement is set-based; equality is exact and case-sensitive. */

interface StateRow {
  readonly part: 'entity' | 'rule' | 'others' | 'check';
  readonly entity_type: string;
  readonly entity_id: string;
  readonly id: string;
  readonly first: string;
  readonly second: string;
  readonly third: string | null;
}

/** Entities, role rules, counts of the other rules and what the tables allow: one statement, so one moment. */
const stateQuery = `
  SELECT 'entity' AS part, entity_type, entity_id, NULL AS id, default_included::text AS first, source AS second, NULL AS third
    FROM access_control_entities
  UNION ALL
  SELECT 'rule', entity_type, entity_id, id, rule_value, access, justification
    FROM access_control_rules WHERE rule_type = 'role'
  UNION ALL
  SELECT 'others', entity_type, entity_id, NULL, rule_type, count(*)::text, NULL
    FROM access_control_rules WHERE rule_type <> 'role' GROUP BY entity_type, entity_id, rule_type
  UNION ALL
  SELECT 'check', NULL, NULL, NULL, pg_get_constraintdef(oid), NULL, NULL
    FROM pg_constraint
   WHERE contype = 'c' AND conrelid IN ('access_control_entities'::regclass, 'access_control_rules'::regclass)`;

/**
 * Everything the comparison needs, in one round trip.
 * @throws SyncError `unsupported` when the database has no such tables, `database`, `cancelled`
 */
export async function readAccessState(db: Database): Promise<AccessState> {
  const { rows } = await inAccessTables(() => db.query<StateRow>(stateQuery));
  const entities = new Map<string, StoredEntity>();
  const rules = new Map<string, StoredRule>();
  const otherRules = new Map<string, Map<string, number>>();
  const checks: string[] = [];
  for (const row of rows) {
    const key = { entityType: row.entity_type, entityId: row.entity_id };
    switch (row.part) {
      case 'entity':
        entities.set(entityKeyText(key), {
          ...key,
          defaultIncluded: row.first === 'true',
          source: row.second,
        });
        break;
      case 'rule': {
        const rule = {
          ...key,
          role: row.first,
          access: toAccess(row.second),
          justification: row.third,
          id: row.id,
        };
        rules.set(ruleKeyText(rule), rule);
        break;
      }
      case 'others': {
        const counts = otherRules.get(entityKeyText(key)) ?? new Map<string, number>();
        otherRules.set(entityKeyText(key), counts.set(row.first, Number(row.second)));
        break;
      }
      case 'check':
        checks.push(row.first);
        break;
    }
  }
  return { ...readChecks(checks), entities, rules, otherRules };
}

/** Adds the words for a database without access control to what `run` throws. */
export async function inAccessTables<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const state = sqlStateOf(error);
    if (state !== '42P01' && state !== '42703') throw error;
    throw new SyncError(
      'unsupported',
      'This database has no tables of access rules as the servers since 0.12 have them.',
      {
        hint: 'Let the server install or migrate its schema first.',
        details: { sqlstate: state },
        cause: error,
      },
    );
  }
}

/** What the CHECK constraints say; a database without them takes anything, as the newer servers do. */
function readChecks(checks: readonly string[]): {
  generation: Generation;
  entityTypes: readonly string[] | undefined;
} {
  const listed = (column: string) =>
    checks.filter((text) => text.includes(`(${column} = ANY`)).map((text) => literals(text));
  const entityTypes = listed('entity_type')[0];
  const closedRuleTypes = listed('rule_type').length > 0;
  const knowsWorkspaces = entityTypes?.includes('slack_workspace') ?? true;
  return { generation: closedRuleTypes && !knowsWorkspaces ? '0.12' : 'newer', entityTypes };
}

function literals(definition: string): string[] {
  return [...definition.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) => text.replaceAll("''", "'"));
}

export function toAccess(text: string): Access {
  if (text === 'allow' || text === 'deny') return text;
  throw new SyncError(
    'unsupported',
    `The database holds a rule that neither allows nor denies: ${JSON.stringify(text)}.`,
  );
}

export interface EntityToWrite extends EntityKey {
  readonly defaultIncluded: boolean;
}

/** Inserts entities under our source; those that exist are left as they are. @returns how many were inserted */
export async function insertEntities(db: Database, entities: readonly EntityToWrite[]): Promise<number> {
  const { rowCount } = await db.query(
    `INSERT INTO access_control_entities (entity_type, entity_id, default_included, source)
     SELECT entity_type, entity_id, default_included, $4
       FROM unnest($1::text[], $2::text[], $3::boolean[]) AS e(entity_type, entity_id, default_included)
     ON CONFLICT (entity_type, entity_id) DO NOTHING`,
    [...entityArrays(entities), ourSource],
  );
  return rowCount;
}

/** Sets `default_included`, and nothing else but the time. @returns how many were updated */
export async function updateEntities(db: Database, entities: readonly EntityToWrite[]): Promise<number> {
  const { rowCount } = await db.query(
    `UPDATE access_control_entities t SET default_included = e.default_included, updated_at = now()
       FROM unnest($1::text[], $2::text[], $3::boolean[]) AS e(entity_type, entity_id, default_included)
      WHERE t.entity_type = e.entity_type AND t.entity_id = e.entity_id`,
    entityArrays(entities),
  );
  return rowCount;
}

/** @returns how many were inserted; a key that exists is left alone and not counted */
export async function insertRules(db: Database, rules: readonly RoleRule[]): Promise<number> {
  const { rowCount } = await db.query(
    `INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value, access, justification)
     SELECT entity_type, entity_id, 'role', role, access, justification
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
         AS r(entity_type, entity_id, role, access, justification)
     ON CONFLICT (entity_type, entity_id, rule_type, rule_value) DO NOTHING`,
    [
      rules.map(({ entityType }) => entityType),
      rules.map(({ entityId }) => entityId),
      rules.map(({ role }) => role),
      rules.map(({ access }) => access),
      rules.map(({ justification }) => justification),
    ],
  );
  return rowCount;
}

/** Rules keep their id and their time of creation. @returns how many were updated */
export async function updateRules(db: Database, rules: readonly StoredRule[]): Promise<number> {
  const { rowCount } = await db.query(
    `UPDATE access_control_rules t SET access = r.access, justification = r.justification, updated_at = now()
       FROM unnest($1::text[], $2::text[], $3::text[]) AS r(id, access, justification)
      WHERE t.id = r.id AND t.rule_type = 'role'`,
    [
      rules.map(({ id }) => id),
      rules.map(({ access }) => access),
      rules.map(({ justification }) => justification),
    ],
  );
  return rowCount;
}

/** @returns how many were deleted; rules of other types never are */
export async function deleteRules(db: Database, ids: readonly string[]): Promise<number> {
  const { rowCount } = await db.query(
    `DELETE FROM access_control_rules WHERE id = ANY($1::text[]) AND rule_type = 'role'`,
    [ids],
  );
  return rowCount;
}

function entityArrays(entities: readonly EntityToWrite[]): unknown[] {
  return [
    entities.map(({ entityType }) => entityType),
    entities.map(({ entityId }) => entityId),
    entities.map(({ defaultIncluded }) => defaultIncluded),
  ];
}
