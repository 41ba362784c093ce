import type { RunContext } from '../../ports';
import { SyncError } from '../../syncError';
import type { Database } from '../connection';
import { agreedRecord, type AgreedRows } from './agreedRows';
import type { Judged, SideSummary, TableSummary } from './bucketSummary';
import { pipeRows, readRows } from './copyStreams';
import { digestColumns, tablePairs, type DatabasePair, type TablePair } from './pairColumns';
import { bucketSql, rowDigestSql, travelsSql } from './rowSql';
import { quoteName, textArray } from './sqlText';
import { stagingColumns } from './stagingTables';
import type { HomeKind, SyncArea } from './syncTables';

export interface StageInput {
  readonly source: Database;
  readonly target: Database;
  readonly pair: DatabasePair;
  readonly summaries: { readonly source: SideSummary; readonly target: SideSummary };
  readonly judged: Judged;
  readonly asked: ReadonlySet<HomeKind>;
  readonly context: RunContext;
  /** Collects the rows that were found equal one by one, for the base. */
  readonly agreed?: Readonly<Record<SyncArea, AgreedRows>>;
}

/** Rows whose digests are compared at once: bounds the memory. */
const compareSize = 5_000;
/** Rows of groups that are gone through in one scan of the source: bounds the keys that are kept. */
const rowsPerRound = 200_000;
/** Keys per COPY: bounds the length of a statement. */
const keysPerCopy = 10_000;

/**
 * Brings the source's rows that differ, and only those, into the staging tables of the target's session. Groups that the target
 * does not have move as they are; in groups that differ the rows' digests are compared first.
 *
 * @returns rows staged
 */
export async function stageDifferences(input: StageInput): Promise<Record<SyncArea, number>> {
  const total = input.summaries.source.users.rows + input.summaries.source.contexts.rows;
  let moved = 0;
  const onRows = (rows: number) => {
    moved += rows;
    input.context.progress({ message: 'Moving rows', done: moved, total });
  };
  const staged: Record<SyncArea, number> = { users: 0, contexts: 0 };
  for (const pair of tablePairs(input.pair)) {
    SyncError.throwIfAborted(input.context.signal);
    staged[pair.table.area] = await stageTable(input, pair, onRows);
  }
  return staged;
}

async function stageTable(
  input: StageInput,
  pair: TablePair,
  onRows: (rows: number) => void,
): Promise<number> {
  const { source, target, asked, summaries } = input;
  const { area, key } = pair.table;
  const travels = travelsSql(pair.table, input.pair.users.sourceColumns, asked);
  const judged = input.judged[area];
  const into = stagingColumns(pair);
  let rows = 0;
  if (judged.whole.length > 0) {
    const all = judged.whole.length === summaries.source[area].buckets.size;
    const where = all
      ? travels
      : `${travels} AND ${bucketSql(`t.${key}`)} = ANY('{${judged.whole.join(',')}}')`;
    rows += await pipeRows(source, rowsQuery(pair, `WHERE ${where}`), target, into, onRows);
  }
  for (const buckets of rounds(judged.mixed, summaries.source[area])) {
    for (const keys of await differingKeys(input, pair, travels, buckets)) {
      SyncError.throwIfAborted(input.context.signal);
      const some = `JOIN unnest(${keys}) AS k(key) ON k.key = t.${key} WHERE ${travels}`;
      rows += await pipeRows(source, rowsQuery(pair, some), target, into, onRows);
    }
  }
  return rows;
}

function* rounds(buckets: readonly number[], { buckets: found }: TableSummary): Generator<number[]> {
  let round: number[] = [];
  let rows = 0;
  for (const bucket of buckets) {
    round.push(bucket);
    rows += found.get(bucket)?.rows ?? 0;
    if (rows < rowsPerRound) continue;
    yield round;
    round = [];
    rows = 0;
  }
  if (round.length > 0) yield round;
}

function rowsQuery(pair: TablePair, rest: string): string {
  const names = pair.shared.map(({ name }) => `t.${quoteName(name)}`).join(', ');
  return `SELECT ${names}, ${rowDigestSql('t', digestColumns(pair))} FROM ${pair.table.name} t ${rest}`;
}

/** Keys of rows that the target has otherwise or not at all, as array literals: text without an object per row. */
async function differingKeys(
  { source, target, agreed }: StageInput,
  pair: TablePair,
  travels: string,
  buckets: readonly number[],
): Promise<string[]> {
  const { area, key, name } = pair.table;
  const literals: string[] = [];
  let pending: (readonly [string, string])[] = [];
  let differing: string[] = [];
  const flush = () => {
    if (differing.length > 0) literals.push(textArray(differing));
    differing = [];
  };
  const compare = async () => {
    const theirs = await digestsOf(
      target,
      pair,
      pending.map(([row]) => row),
    );
    for (const [row, digest] of pending) {
      if (theirs.get(row) !== digest) differing.push(row);
      else agreed?.[area].add(agreedRecord(row, digest));
      if (differing.length === keysPerCopy) flush();
    }
    pending = [];
  };
  const query = `SELECT t.${key}, ${shortDigest(pair)} FROM ${name} t
                  WHERE ${travels} AND ${bucketSql(`t.${key}`)} = ANY('{${buckets.join(',')}}')`;
  await readRows(source, query, async (rows) => {
    for (const [row, digest] of rows) pending.push([row ?? '', digest ?? '']);
    if (pending.length >= compareSize) await compare();
  });
  if (pending.length > 0) await compare();
  flush();
  return literals;
}

/** Sixteen bytes tell rows apart as surely as 32, and travel in half the time. */
function shortDigest(pair: TablePair): string {
  return `encode(substr(${rowDigestSql('t', digestColumns(pair))}, 1, 16), 'hex')`;
}

/** Whoever stays home on the target takes part as well: the row exists there, whatever its owner's kind. */
async function digestsOf(
  target: Database,
  pair: TablePair,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const { key, name } = pair.table;
  const { rows } = await target.query<{ key: string; digest: string }>(
    `SELECT t.${key} AS key, ${shortDigest(pair)} AS digest
       FROM ${name} t JOIN unnest($1::text[]) AS k(key) ON k.key = t.${key}`,
    [keys],
  );
  return new Map(rows.map((row) => [row.key, row.digest]));
}
