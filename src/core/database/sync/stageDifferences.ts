import type { RunContext } from '../../ports';
import { SyncError } from '../../syncError';
import type { Database } from '../connection';
import { agreedRecord, type AgreedRows } from './agreedRows';
import type { Judged, SideSummary, TableSummary } from './bucketSummary';
import { pipeRows, readRows } from '../copyStreams';
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

/** Rows whose digests are compared at once: bounds the memory, and the keys in a COPY statement. */
const compareSize = 5_000;
/** Rows of groups that are gone through in one scan of the source: bounds the keys that are kept. */
const rowsPerRound = 200_000;

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
  let keys: string[] = [];
  let digests: string[] = [];
  const compare = async () => {
    const differing = new Set(await differingPlaces(target, pair, keys, digests));
    if (differing.size > 0) literals.push(textArray(keys.filter((_, place) => differing.has(place))));
    for (const [place, row] of keys.entries()) {
      if (!differing.has(place)) agreed?.[area].add(agreedRecord(row, digests[place] ?? ''));
    }
    keys = [];
    digests = [];
  };
  const query = `SELECT t.${key}, ${shortDigest(pair)} FROM ${name} t
                  WHERE ${travels} AND ${bucketSql(`t.${key}`)} = ANY('{${buckets.join(',')}}')`;
  await readRows(source, query, async (rows) => {
    for (const [row, digest] of rows) {
      keys.push(row ?? '');
      digests.push(digest ?? '');
    }
    if (keys.length >= compareSize) await compare();
  });
  if (keys.length > 0) await compare();
  return literals;
}

/** Sixteen bytes tell rows apart as surely as 32, and travel in half the time. */
function shortDigest(pair: TablePair): string {
  return `encode(substr(${rowDigestSql('t', digestColumns(pair))}, 1, 16), 'hex')`;
}

/**
 * The target says which of the rows it has otherwise, or not at all. Whoever stays home there takes part as well: the row
 * exists, whatever its owner's kind.
 *
 * @returns places in `keys`
 */
async function differingPlaces(
  target: Database,
  pair: TablePair,
  keys: readonly string[],
  digests: readonly string[],
): Promise<readonly number[]> {
  const { key, name } = pair.table;
  const { rows } = await target.query<{ places: readonly number[] | null }>(
    `SELECT array_agg((k.place - 1)::int) AS places
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k(key, digest, place)
       LEFT JOIN ${name} t ON t.${key} = k.key
      WHERE t.${key} IS NULL OR ${shortDigest(pair)} <> k.digest`,
    [keys, digests],
  );
  return rows[0]?.places ?? [];
}
