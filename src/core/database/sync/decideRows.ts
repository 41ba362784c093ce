import type { Database } from '../connection';
import { digestColumns, hasColumn, type DatabasePair, type TablePair } from './pairColumns';
import { bucketOfHashSql, keyHashSql, rowDigestSql } from './rowSql';
import { quoteName, quoteText } from './sqlText';
import {
  baseTable,
  decidedTable,
  digestColumn,
  lengthLimit,
  stagedTable,
  type OnCommit,
} from './stagingTables';
import type { DatabaseConflict } from './syncOptions';
import { timeColumn } from './syncTables';

export interface Decision {
  readonly conflict: DatabaseConflict;
  readonly includeProtected: boolean;
  /** Rows of a file: nothing has kept two of them from having one name. */
  readonly unchecked: boolean;
  readonly onCommit: OnCommit;
}

/**
 * Decides about every staged row in one statement (the table of cases is in docs/database-sync.md), into a table with one
 * row each: key, group, label, verdict, detail, columns to write, protected columns that differ, both digests.
 */
export async function decideUsers(
  target: Database,
  { users }: DatabasePair,
  decision: Decision,
): Promise<void> {
  const repeated = decision.unchecked
    ? (['name', 'email'] as const).map((column) => refuseRepeated(users, column))
    : [];
  await target.query([...decide(users, decision), ...repeated].join('; '));
  await refuseTaken(target, users);
}

/** To be called when the users' verdicts are final: a context needs its owner. */
export async function decideContexts(
  target: Database,
  { users, contexts }: DatabasePair,
  decision: Decision,
): Promise<void> {
  const [context, owner] = [contexts.table, users.table];
  const refuseOrphans = `UPDATE ${decidedTable(context)} d SET verdict = 'ownerMissing', detail = s.user_id
       FROM ${stagedTable(context)} s
      WHERE d.verdict = 'create' AND s.${context.key} = d.key
        AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = s.user_id)
        AND NOT EXISTS (SELECT 1 FROM ${decidedTable(owner)} o WHERE o.key = s.user_id AND o.verdict = 'create')`;
  await target.query([...decide(contexts, decision), refuseOrphans].join('; '));
}

/**
 * A name or e-mail that another user of the target keeps cannot be taken. A user who gives a name up in this very import
 * does not keep it: two users may swap. Refusing one may keep another from moving, so it goes on until nothing changes.
 */
export async function refuseTaken(target: Database, { table }: TablePair): Promise<void> {
  const taken = (column: 'name' | 'email') =>
    `SELECT d.key, '${column}Taken' AS verdict, u.id AS holder
       FROM ${decidedTable(table)} d JOIN ${stagedTable(table)} s ON s.id = d.key
       JOIN users u ON u.${column} = s.${column} AND u.id <> s.id
      WHERE (d.verdict = 'create' OR (d.verdict = 'update' AND '${column}' = ANY(d.columns)))
        AND NOT EXISTS (SELECT 1 FROM ${decidedTable(table)} h
                         WHERE h.key = u.id AND h.verdict = 'update' AND '${column}' = ANY(h.columns))`;
  for (;;) {
    const { rowCount } = await target.query(
      `UPDATE ${decidedTable(table)} d SET verdict = r.verdict, detail = r.holder
         FROM (SELECT DISTINCT ON (key) * FROM (${taken('name')} UNION ALL ${taken('email')}) b ORDER BY key, verdict DESC) r
        WHERE r.key = d.key`,
    );
    if (rowCount === 0) return;
  }
}

function refuseRepeated({ table }: TablePair, column: 'name' | 'email'): string {
  return `UPDATE ${decidedTable(table)} d SET verdict = '${column}Taken', detail = r.first
       FROM (SELECT id, min(id) OVER (PARTITION BY ${column}) AS first FROM ${stagedTable(table)}) r
      WHERE r.id = d.key AND r.first <> r.id AND d.verdict IN ('create', 'update')`;
}

/** Statistics first: without them the planner takes the staging tables for tiny, and loops over them. */
function decide(pair: TablePair, decision: Decision): string[] {
  const { table } = pair;
  return [
    `ANALYZE ${stagedTable(table)}`,
    `ANALYZE ${baseTable(table)}`,
    `CREATE TEMP TABLE sync_decided_${table.area} ON COMMIT ${decision.onCommit} AS
     SELECT key, hash, ${bucketOfHashSql('hash')} AS bucket, label, verdict, columns, protected, source_digest, target_digest,
            CASE verdict WHEN 'protectedOnly' THEN array_to_string(protected, ', ') WHEN 'refused' THEN refusal
                         WHEN 'ownerDiffers' THEN owner ELSE '' END AS detail
       FROM (SELECT *, ${verdictSql(decision)} AS verdict FROM (${joinedSql(pair, decision)} OFFSET 0) j) v`,
    `ANALYZE ${decidedTable(table)}`,
  ];
}

/**
 * Each staged row beside the target's row and the base's, with what differs between them. OFFSET 0 keeps the planner to making
 * each hash once, and not once for every column that looks at it.
 */
function joinedSql(pair: TablePair, { includeProtected }: Decision): string {
  const { table, payload } = pair;
  const key = quoteName(table.key);
  const protectedColumns = includeProtected ? [] : table.guarded;
  const differing = (names: readonly string[]) => {
    const cases = names.map(
      (name) =>
        `CASE WHEN s.${quoteName(name)}::text IS DISTINCT FROM t.${quoteName(name)}::text THEN ${quoteText(name)} END`,
    );
    return `CASE WHEN t.${key} IS NULL THEN '{}' ELSE array_remove(ARRAY[${cases.join(', ')}]::text[], NULL) END`;
  };
  const owner = table.area === 'contexts';
  return `SELECT s.${key} AS key, s.hash, s.name::text AS label, t.${key} IS NOT NULL AS present,
                 s.${digestColumn} AS source_digest,
                 CASE WHEN t.${key} IS NOT NULL THEN ${rowDigestSql('t', digestColumns(pair))} END AS target_digest,
                 b.key IS NOT NULL AS known,
                 b.key IS NOT NULL AND b.source <> substr(s.${digestColumn}, 1, 8) AS source_changed,
                 b.key IS NOT NULL AND t.${key} IS NOT NULL AND b.target <> substr(${rowDigestSql('t', digestColumns(pair))}, 1, 8) AS target_changed,
                 ${differing(payload.filter((name) => !protectedColumns.includes(name)))} AS columns,
                 ${differing(payload.filter((name) => protectedColumns.includes(name)))} AS protected,
                 ${timesSql(pair)} AS newer,
                 ${owner ? `CASE WHEN t.user_id <> s.user_id THEN t.user_id END` : 'NULL::text'} AS owner,
                 ${refusalSql(pair, protectedColumns)} AS refusal
            FROM (SELECT *, ${keyHashSql(key)} AS hash FROM ${stagedTable(table)} OFFSET 0) s
            LEFT JOIN ${table.name} t ON t.${key} = s.${key}
            LEFT JOIN ${baseTable(table)} b ON b.key = s.hash`;
}

function timesSql(pair: TablePair): string {
  if (!pair.table.hasTrueTime || !hasColumn(pair, timeColumn)) return `'neither'`;
  return `CASE WHEN s.${timeColumn} > t.${timeColumn} THEN 'source' WHEN s.${timeColumn} < t.${timeColumn} THEN 'target' ELSE 'neither' END`;
}

function verdictSql({ conflict }: Decision): string {
  const undecided = `CASE WHEN source_changed AND target_changed THEN 'bothChanged' ELSE 'undecided' END`;
  const choices: Readonly<Record<DatabaseConflict, string>> = {
    source: `'update'`,
    target: `'targetWins'`,
    abort: undecided,
    newest: `CASE newer WHEN 'source' THEN 'update' WHEN 'target' THEN 'targetNewer' ELSE ${undecided} END`,
  };
  return `CASE
    WHEN NOT present AND known ${conflict === 'source' ? 'AND false' : ''} THEN 'deletedInTarget'
    WHEN NOT present THEN CASE WHEN refusal IS NULL THEN 'create' ELSE 'refused' END
    WHEN owner IS NOT NULL THEN 'ownerDiffers'
    WHEN cardinality(columns) = 0 THEN CASE WHEN cardinality(protected) = 0 THEN 'unchanged' ELSE 'protectedOnly' END
    WHEN refusal IS NOT NULL THEN 'refused'
    WHEN source_changed AND NOT target_changed THEN 'update'
    WHEN target_changed AND NOT source_changed THEN 'changedInTarget'
    ELSE ${choices[conflict]} END`;
}

/**
 * Why the target would refuse the row as it would be written, or null: its own conditions, evaluated by itself. Inside, the
 * bare column names of a condition mean the row to be written.
 */
function refusalSql(pair: TablePair, protectedColumns: readonly string[]): string {
  const key = quoteName(pair.table.key);
  const written = pair.shared.map(({ name }) => {
    const quoted = quoteName(name);
    const value = protectedColumns.includes(name)
      ? `CASE WHEN t.${key} IS NULL THEN s.${quoted} ELSE t.${quoted} END`
      : `s.${quoted}`;
    return `${value} AS ${quoted}`;
  });
  const reasons = pair.shared.flatMap(({ name, type, notNull }) => {
    const limit = lengthLimit(type);
    return [
      ...(notNull ? [`WHEN ${quoteName(name)} IS NULL THEN ${quoteText(`${name} is empty`)}`] : []),
      ...(limit !== undefined
        ? [
            `WHEN length(${quoteName(name)}) > ${limit} THEN ${quoteText(`${name} is longer than ${limit} characters`)}`,
          ]
        : []),
    ];
  });
  const checks = pair.checks.map(
    ({ name, expression }) => `WHEN (${expression}) IS FALSE THEN ${quoteText(`its condition ${name}`)}`,
  );
  const cases = [...reasons, ...checks];
  return cases.length === 0
    ? 'NULL::text'
    : `(SELECT CASE ${cases.join(' ')} END FROM (SELECT ${written.join(', ')}) AS written)`;
}

/**
 * What a plan remembers of a row that is to be written, to tell later whether it has moved; 32 bytes. The source's digest
 * covers the key, and both digests have a fixed length.
 */
export function seenSql(alias: string): string {
  const words = `convert_to(${alias}.verdict || array_to_string(${alias}.columns, ','), 'UTF8')`;
  return `sha256(${alias}.source_digest || coalesce(${alias}.target_digest, ''::bytea) || ${words})`;
}

/** The same for a step of the plan: 16 bytes, hex. */
export function seenTextSql(alias: string): string {
  return `encode(substr(${seenSql(alias)}, 1, 16), 'hex')`;
}
