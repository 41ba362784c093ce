import type { Database } from '../connection';
import { digestColumns, tablePairs, type DatabasePair, type TablePair } from './pairColumns';
import { bucketSql, groupDigestSql, rowDigestSql, travelsSql } from './rowSql';
import type { HomeKind, SyncArea } from './syncTables';

/** What a side says about a group of rows. */
export interface Bucket {
  readonly rows: number;
  readonly digest: string;
}

export interface TableSummary {
  /** By group number; groups without rows are missing. */
  readonly buckets: ReadonlyMap<number, Bucket>;
  /** Rows that travel. */
  readonly rows: number;
  /** Rows that stay home: anonymous users and the like, and their contexts. */
  readonly home: number;
}

export type SideSummary = Readonly<Record<SyncArea, TableSummary>>;

interface SummaryRow {
  readonly area: SyncArea;
  readonly bucket: number;
  readonly rows: number;
  readonly digest: string;
}

/** Marks the row that counts a whole table, those that stay home included. */
const wholeTable = -1;

/** True when neither table has a row. Asked inside a transaction with one snapshot, that holds for all of it. */
export async function isEmpty(db: Database, pair: DatabasePair): Promise<boolean> {
  const tables = tablePairs(pair).map(({ table }) => `EXISTS (SELECT 1 FROM ${table.name})`);
  const { rows } = await db.query<{ some: boolean }>(`SELECT ${tables.join(' OR ')} AS some`);
  return rows[0]?.some === false;
}

/**
 * Both tables of a side in one statement: the server digests its rows, and sends a line per group.
 * @param digests false: only counts, where there is nothing to compare with: all rows are in group 0 then, without a digest
 */
export async function summarise(
  db: Database,
  side: 'source' | 'target',
  pair: DatabasePair,
  asked: ReadonlySet<HomeKind>,
  digests = true,
): Promise<SideSummary> {
  const users = side === 'source' ? pair.users.sourceColumns : pair.users.targetColumns;
  const queries = tablePairs(pair).map((table) =>
    tableQuery(table, travelsSql(table.table, users, asked), digests),
  );
  const { rows } = await db.query<SummaryRow>(queries.join(' UNION ALL '));
  return { users: collect(rows, 'users'), contexts: collect(rows, 'contexts') };
}

function tableQuery(pair: TablePair, travels: string, digests: boolean): string {
  const { area, name, key } = pair.table;
  const all = `SELECT '${area}' AS area, ${wholeTable} AS bucket, count(*)::int AS rows, '' AS digest FROM ${name}`;
  if (!digests) {
    return `${all} UNION ALL SELECT '${area}', 0, count(*)::int, '' FROM ${name} t WHERE ${travels} HAVING count(*) > 0`;
  }
  return `${all}
          UNION ALL
          SELECT '${area}', bucket, count(*)::int, ${groupDigestSql('digest')}
            FROM (SELECT ${bucketSql(`t.${key}`)} AS bucket, ${rowDigestSql('t', digestColumns(pair))} AS digest
                    FROM ${name} t WHERE ${travels}) r GROUP BY bucket`;
}

function collect(rows: readonly SummaryRow[], area: SyncArea): TableSummary {
  const buckets = new Map<number, Bucket>();
  let travelling = 0;
  let all = 0;
  for (const row of rows) {
    if (row.area !== area) continue;
    if (row.bucket === wholeTable) {
      all = row.rows;
      continue;
    }
    buckets.set(row.bucket, { rows: row.rows, digest: row.digest });
    travelling += row.rows;
  }
  return { buckets, rows: travelling, home: Math.max(0, all - travelling) };
}

export interface BucketJudgement {
  /** False when the source was only counted. */
  readonly grouped: boolean;
  /** The target has nothing there: every row has to move. */
  readonly whole: readonly number[];
  /** Rows have to be compared one by one. */
  readonly mixed: readonly number[];
  readonly equal: readonly number[];
}

export type Judged = Readonly<Record<SyncArea, BucketJudgement>>;

export function judgeBuckets(source: TableSummary, target: TableSummary): BucketJudgement {
  const whole: number[] = [];
  const mixed: number[] = [];
  const equal: number[] = [];
  for (const [bucket, { digest }] of source.buckets) {
    const other = target.buckets.get(bucket);
    if (!other && target.home === 0) whole.push(bucket);
    else if (other?.digest === digest) equal.push(bucket);
    else mixed.push(bucket);
  }
  return { grouped: source.buckets.get(0)?.digest !== '', whole, mixed, equal };
}
