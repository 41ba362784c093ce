import type { Database } from '../connection';
import { listedRows, type AreaPlan, type DatabaseStep, type LeftRow } from './databasePlan';
import { seenSql, seenTextSql } from './decideRows';
import { tablePairs, type DatabasePair, type TablePair } from './pairColumns';
import { groupDigestSql } from './rowSql';
import { decidedTable } from './stagingTables';
import type { SyncArea, SyncTable } from './syncTables';
import { reasonOf, type Verdict } from './verdicts';

/** What was decided about a table, out of the target's session: counts of all rows, names of the first ones. */
export interface Decided {
  readonly created: number;
  readonly updated: number;
  readonly same: number;
  readonly left: number;
  readonly protectedChanges: number;
  /** Digest of the rows to be written, by group. */
  readonly seen: Readonly<Record<string, string>>;
  readonly steps: readonly DatabaseStep[];
  readonly leftRows: readonly LeftRow[];
}

export type Decisions = Readonly<Record<SyncArea, Decided>>;

interface AreaAnswer {
  readonly area: SyncArea;
  readonly counts:
    readonly { readonly verdict: Verdict; readonly rows: number; readonly guarded: number }[] | null;
  readonly seen: Readonly<Record<string, string>> | null;
  readonly listed: readonly DecidedRow[] | null;
}

interface DecidedRow {
  readonly key: string;
  readonly label: string;
  readonly verdict: Verdict;
  readonly detail: string | null;
  readonly columns: readonly string[];
  readonly protected: readonly string[];
  readonly seen: string | null;
}

const nothing: Decided = {
  created: 0,
  updated: 0,
  same: 0,
  left: 0,
  protectedChanges: 0,
  seen: {},
  steps: [],
  leftRows: [],
};

/** What is decided when no row differs. */
export const noDecisions: Decisions = { users: nothing, contexts: nothing };

/** What to ask about a table, as SQL that gives one value each. */
export interface AnswerSql {
  /** `AreaAnswer.counts` */
  readonly counts: string;
  readonly seen: string;
  readonly listed: string;
}

/**
 * What `decideRows` has decided.
 * @param scope `plan`: everything; `left`: counts, and only the rows that are left
 */
export function readDecisions(
  target: Database,
  pair: DatabasePair,
  scope: 'plan' | 'left',
): Promise<Decisions> {
  return readAnswers(target, pair, ({ table }) => decidedSql(table, scope));
}

/** Both tables in one round trip. */
export async function readAnswers(
  db: Database,
  pair: DatabasePair,
  sqlOf: (pair: TablePair) => AnswerSql,
): Promise<Decisions> {
  const queries = tablePairs(pair).map((table) => {
    const { counts, seen, listed } = sqlOf(table);
    return `SELECT '${table.table.area}' AS area, (${counts}) AS counts, (${seen}) AS seen, (${listed}) AS listed`;
  });
  const { rows } = await db.query<AreaAnswer>(queries.join(' UNION ALL '));
  const decided = ({ table }: TablePair): Decided => {
    const answer = rows.find(({ area }) => area === table.area);
    return answer ? decidedOf(answer, table) : nothing;
  };
  return { users: decided(pair.users), contexts: decided(pair.contexts) };
}

/** A table in the plan. @param source how many rows of the source travel, stay home, and were staged */
export function areaPlan(
  pair: TablePair,
  decided: Decided,
  source: { readonly rows: number; readonly home: number; readonly staged: number },
): AreaPlan {
  return {
    created: decided.created,
    updated: decided.updated,
    unchanged: source.rows - source.staged + decided.same,
    skipped: decided.left,
    home: source.home,
    protectedChanges: decided.protectedChanges,
    seen: decided.seen,
    sourceOnly: pair.sourceOnly,
    targetOnly: pair.targetOnly,
  };
}

/** Digest of the rows to be written, by group. */
export async function seenByBucket(
  target: Database,
  table: SyncTable,
): Promise<Readonly<Record<string, string>>> {
  const { rows } = await target.query<{ seen: Record<string, string> | null }>(
    `SELECT (${seenSqlOf(writtenOf(table))}) AS seen`,
  );
  return rows[0]?.seen ?? {};
}

/**
 * For `AnswerSql.seen`. Digests are made before the rows are sorted into their groups (that is what OFFSET 0 keeps the planner
 * to): the rows themselves are several times as wide, and would not fit the memory of a sort.
 * @param rows SQL of rows to be written, with the columns of `decideRows`
 */
export function seenSqlOf(rows: string): string {
  return `SELECT jsonb_object_agg(bucket, seen)
            FROM (SELECT bucket, ${groupDigestSql('seen')} AS seen
                    FROM (SELECT bucket, ${seenSql('d')} AS seen FROM (${rows}) d OFFSET 0) s
                   GROUP BY bucket) g`;
}

/** For `AnswerSql.listed`. @param rows SQL of the rows to be named, with the columns of `decideRows` */
export function listedSqlOf(rows: string): string {
  return `SELECT jsonb_agg(jsonb_build_object('key', key, 'label', label, 'verdict', verdict, 'detail', detail, 'columns', columns,
                                              'protected', protected, 'seen', ${seenTextSql('d')}) ORDER BY key COLLATE "C")
            FROM (${rows}) d`;
}

/** Rows to be written and rows that are left are cut separately: a million new ones must not hide a conflict. */
function decidedSql(table: SyncTable, scope: 'plan' | 'left'): AnswerSql {
  const guarded = `'{${table.guarded.join(',')}}'::text[]`;
  const counts = `SELECT jsonb_agg(jsonb_build_object('verdict', verdict, 'rows', rows, 'guarded', guarded))
                    FROM (SELECT verdict, count(*) AS rows, count(*) FILTER (WHERE verdict = 'update' AND columns && ${guarded}) AS guarded
                            FROM ${decidedTable(table)} GROUP BY verdict) c`;
  const first = (rows: string) => `SELECT * FROM (${rows} ORDER BY key COLLATE "C" LIMIT ${listedRows}) f`;
  const left = first(
    `SELECT * FROM ${decidedTable(table)} WHERE verdict NOT IN ('create', 'update', 'unchanged')`,
  );
  return scope === 'plan'
    ? {
        counts,
        seen: seenSqlOf(writtenOf(table)),
        listed: listedSqlOf(`${first(writtenOf(table))} UNION ALL ${left}`),
      }
    : { counts, seen: 'NULL::jsonb', listed: listedSqlOf(left) };
}

function writtenOf(table: SyncTable): string {
  return `SELECT * FROM ${decidedTable(table)} WHERE verdict IN ('create', 'update')`;
}

function decidedOf({ counts, seen, listed }: AreaAnswer, table: SyncTable): Decided {
  const rowsOf = (verdict: Verdict) => counts?.find((count) => count.verdict === verdict)?.rows ?? 0;
  const [created, updated, same] = [rowsOf('create'), rowsOf('update'), rowsOf('unchanged')];
  const all = counts?.reduce((sum, { rows }) => sum + rows, 0) ?? 0;
  return {
    created,
    updated,
    same,
    left: all - created - updated - same,
    protectedChanges: counts?.reduce((sum, row) => sum + row.guarded, 0) ?? 0,
    seen: seen ?? {},
    steps: (listed ?? []).flatMap((row) => stepOf(row, table)),
    leftRows: (listed ?? []).flatMap((row) => leftOf(row, table)),
  };
}

function stepOf(row: DecidedRow, { area }: SyncTable): DatabaseStep[] {
  const { key, label, verdict, columns, protected: kept, seen } = row;
  if (verdict !== 'create' && verdict !== 'update') return [];
  return [{ action: verdict, area, key, label, columns, kept, seen: seen ?? '' }];
}

function leftOf({ key, label, verdict, detail, columns }: DecidedRow, table: SyncTable): LeftRow[] {
  if (verdict === 'create' || verdict === 'update' || verdict === 'unchanged') return [];
  const { area } = table;
  const item = `${area === 'users' ? 'user' : 'context'} ${key}`;
  return [{ area, key, label, columns, item, ...reasonOf(verdict, detail ?? '', table) }];
}
