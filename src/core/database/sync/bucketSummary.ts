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

/** Both tables of a side in one statement: the server digests its rows, and sends a line per group. */
export async function summarise(
  db: Database,
  side: 'source' | 'target',
  pair: DatabasePair,
  asked: ReadonlySet<HomeKind>,
): Promise<SideSummary> {
  const users = side === 'source' ? pair.users.sourceColumns : pair.users.targetColumns;
  const queries = tablePairs(pair).map((table) => tableQuery(table, travelsSql(table.table, users, asked)));
  const { rows } = await db.query<SummaryRow>(queries.join(' UNION ALL '));
  return { users: collect(rows, 'users'), contexts: collect(rows, 'contexts') };
}

function tableQuery(pair: TablePair, travels: string): string {
  const { area, name, key } = pair.table;
  return `SELECT '${area}' AS area, bucket, count(*)::int AS rows, ${groupDigestSql('digest')} AS digest
            FROM (SELECT ${bucketSql(`t.${key}`)} AS bucket, ${rowDigestSql('t', digestColumns(pair))} AS digest
                    FROM ${name} t WHERE ${travels}) r GROUP BY bucket
          UNION ALL SELECT '${area}', ${wholeTable}, count(*)::int, '' FROM ${name}`;
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
  return { whole, mixed, equal };
}
