import type { DatabasePlan } from './databasePlan';
import type { AgreedRows } from './agreedRows';
import type { Bucket } from './bucketSummary';
import { readRows } from '../copyStreams';
import type { BaseUpdate, BaseUpdates, PairBase, TableBase } from './pairBase';
import { digestColumns, type TablePair } from './pairColumns';
import { columnsText, type ComparedSides, type Prepared } from './prepareImport';
import { bucketSql, groupDigestSql, keyHashSql, rowDigestSql, travelsSql } from './rowSql';
import { decidedTable } from './stagingTables';
import type { OpenSides } from './syncSides';

interface BaseInput {
  readonly plan: DatabasePlan;
  readonly sides: OpenSides;
  readonly base: PairBase | undefined;
}

/**
 * What an import has learnt for the base, read before it commits: rows that were written, with what either side has now, and
 * rows that are the same on both sides and that the base does not know yet. Rows that were left keep what the base said
 * about them.
 *
 * @returns undefined when the base stays as it is, and for imports from a file
 */
export async function nextBase(
  { plan, sides, base }: BaseInput,
  { compared, decided }: Prepared,
): Promise<BaseUpdates | undefined> {
  if (!compared) return undefined;
  const written = decided ? { localFirst: plan.options.direction === 'push' } : undefined;
  const users = await nextTable(sides, sides.pair.users, compared, base?.tables.users, written);
  const contexts = await nextTable(sides, sides.pair.contexts, compared, base?.tables.contexts, written);
  return users.changed || contexts.changed ? { users: users.update, contexts: contexts.update } : undefined;
}

async function nextTable(
  sides: OpenSides,
  pair: TablePair,
  compared: ComparedSides,
  before: TableBase | undefined,
  written: { readonly localFirst: boolean } | undefined,
): Promise<{ readonly update: BaseUpdate; readonly changed: boolean }> {
  const { area } = pair.table;
  const columns = columnsText(pair);
  const known = before?.columns === columns ? before : undefined;
  const rows = compared.agreed[area];
  const source = await groupsOf(sides, pair, compared, written !== undefined);
  const unknown = compared.judged[area].equal.filter(
    (bucket) => known?.agreed[bucket] !== source.get(bucket)?.digest,
  );
  await addEqualRows(sides, pair, unknown, rows);
  if (written) await addWrittenRows(sides, pair, rows, written.localFirst);
  const agreed = new Map<number, string>();
  for (const [bucket, { rows: expected, digest }] of source) {
    if (rows.sameIn(bucket) === expected) agreed.set(bucket, digest);
  }
  const isGone = (bucket: number) => !source.has(bucket) && !compared.target[area].buckets.has(bucket);
  const empty = [...(known?.counts ?? []).entries()].filter(([bucket, count]) => count > 0 && isGone(bucket));
  const complete = new Set([...unknown, ...empty.map(([bucket]) => bucket)]);
  return {
    update: { columns, rows, agreed, complete },
    changed: !known || rows.size > 0 || empty.length > 0,
  };
}

/** Into an empty target the source was not grouped: all of its rows are staged, so the target can tell. */
async function groupsOf(
  { target }: OpenSides,
  { table }: TablePair,
  compared: ComparedSides,
  decided: boolean,
): Promise<ReadonlyMap<number, Bucket>> {
  const { buckets } = compared.source[table.area];
  if (!decided || buckets.get(0)?.digest !== '') return buckets;
  const { rows } = await target.query<Bucket & { bucket: number }>(
    `SELECT bucket, count(*)::int AS rows, ${groupDigestSql('source_digest')} AS digest FROM ${decidedTable(table)} GROUP BY bucket`,
  );
  return new Map(rows.map(({ bucket, ...group }) => [bucket, group]));
}

async function addEqualRows(
  { source, pair, asked }: OpenSides,
  table: TablePair,
  buckets: readonly number[],
  rows: AgreedRows,
): Promise<void> {
  if (buckets.length === 0 || source.kind !== 'database') return;
  const { key, name } = table.table;
  const travels = travelsSql(table.table, pair.users.sourceColumns, asked);
  const query = `SELECT encode(hash || digest || digest, 'hex')
                   FROM (SELECT ${keyHashSql(`t.${key}`)} AS hash, substr(${rowDigestSql('t', digestColumns(table))}, 1, 8) AS digest
                           FROM ${name} t WHERE ${travels} AND ${bucketSql(`t.${key}`)} = ANY('{${buckets.join(',')}}')) r`;
  await readRows(source.db, query, (found) => {
    for (const [record] of found) rows.add(record ?? '');
  });
}

async function addWrittenRows(
  { target }: OpenSides,
  pair: TablePair,
  rows: AgreedRows,
  localFirst: boolean,
): Promise<void> {
  const { table } = pair;
  const ours = 'substr(d.source_digest, 1, 8)';
  const theirs = `substr(${rowDigestSql('t', digestColumns(pair))}, 1, 8)`;
  const record = `d.hash || ${localFirst ? `${ours} || ${theirs}` : `${theirs} || ${ours}`}`;
  // One line for a group, not one for a row. OFFSET 0: records are sorted into groups, and not the rows that they come from.
  const query = `SELECT encode(string_agg(record, ''::bytea), 'hex')
                   FROM (SELECT d.bucket, ${record} AS record
                           FROM ${decidedTable(table)} d JOIN ${table.name} t ON t.${table.key} = d.key
                          WHERE d.verdict IN ('create', 'update') OFFSET 0) r
                  GROUP BY bucket`;
  await readRows(target, query, (found) => {
    for (const [record] of found) rows.add(record ?? '');
  });
}
