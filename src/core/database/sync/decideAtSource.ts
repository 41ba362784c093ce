import type { Database } from '../connection';
import type { SideSummary } from './bucketSummary';
import { listedRows } from './databasePlan';
import type { PairBase } from './pairBase';
import { digestColumns, tablePairs, type DatabasePair, type TablePair } from './pairColumns';
import { listedSqlOf, readAnswers, seenSqlOf, type Decisions } from './readDecisions';
import { bucketSql, rowDigestSql, travelsSql } from './rowSql';
import type { HomeKind } from './syncTables';

/**
 * True where every row that travels is new in an empty target, whatever is in it: the source's own declarations keep it within
 * what the target takes, and the last sync knew no row there that was deleted since.
 */
export function isEveryRowNew(pair: DatabasePair, base: PairBase | undefined): boolean {
  return tablePairs(pair).every(
    ({ isKept, table }) => isKept && (base?.tables[table.area].counts.every((rows) => rows === 0) ?? true),
  );
}

/**
 * What `decideRows` would say of the source's rows, all of them new, without moving one: contexts travel with their owners, and
 * nobody holds a name in an empty target.
 * @param counted the travelling rows
 */
export function decideAtSource(
  source: Database,
  pair: DatabasePair,
  asked: ReadonlySet<HomeKind>,
  counted: SideSummary,
): Promise<Decisions> {
  return readAnswers(source, pair, (table) => {
    const { area, key, name } = table.table;
    const travelling = `SELECT * FROM ${name} t WHERE ${travelsSql(table.table, pair.users.sourceColumns, asked)}`;
    const first = `${travelling} ORDER BY t.${key} COLLATE "C" LIMIT ${listedRows}`;
    const created = { verdict: 'create', rows: counted[area].rows, guarded: 0 };
    return {
      counts: `'${JSON.stringify([created])}'::jsonb`,
      seen: seenSqlOf(newRows(table, travelling)),
      listed: listedSqlOf(newRows(table, first)),
    };
  });
}

/** With the columns of `decideRows`. @param rows SQL of rows of the table */
function newRows(pair: TablePair, rows: string): string {
  const key = `t.${pair.table.key}`;
  return `SELECT ${key} AS key, ${bucketSql(key)} AS bucket, t.name::text AS label, 'create' AS verdict, '' AS detail,
                 '{}'::text[] AS columns, '{}'::text[] AS protected,
                 ${rowDigestSql('t', digestColumns(pair))} AS source_digest, NULL::bytea AS target_digest
            FROM (${rows}) t`;
}
