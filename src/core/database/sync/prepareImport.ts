import type { RunContext } from '../../ports';
import { AgreedRows, recordBytes } from './agreedRows';
import { isEmpty, judgeBuckets, summarise, type Judged, type SideSummary } from './bucketSummary';
import { writeRows } from '../copyStreams';
import type { DatabasePlan } from './databasePlan';
import { decideContexts, decideUsers, refuseTaken, type Decision } from './decideRows';
import type { PairBase, TableBase } from './pairBase';
import { digestColumns, tablePairs, type TablePair } from './pairColumns';
import { refuseMoved } from './refuseMoved';
import { stageDifferences } from './stageDifferences';
import { stageExport } from './stageExport';
import { baseTable, createStagingTables, type OnCommit } from './stagingTables';
import { defaultConflict, type DatabaseSyncOptions } from './syncOptions';
import type { DatabaseSource, FileSource, OpenSides } from './syncSides';
import { syncTables, type SyncArea } from './syncTables';

export interface PrepareInput {
  readonly sides: OpenSides;
  readonly options: DatabaseSyncOptions;
  readonly base: PairBase | undefined;
  readonly context: RunContext;
  readonly onCommit: OnCommit;
  /** Asked for when it is not given. */
  readonly targetIsEmpty?: boolean;
  /** Set for an apply: what has moved since this plan is taken out, and equal rows are collected for the base. */
  readonly plan?: DatabasePlan;
}

export interface Prepared {
  /** Rows of the source, per table. */
  readonly rows: Readonly<
    Record<SyncArea, { readonly rows: number; readonly home: number; readonly staged: number }>
  >;
  readonly targetItems: number;
  /** False when no row differs: then there is nothing in the session to read decisions from. */
  readonly decided: boolean;
  /** Undefined for a file: it has no groups and no base. */
  readonly compared: ComparedSides | undefined;
  /** Keys that the plan was to write and that do not differ, or do not exist, any more. */
  readonly settled: Readonly<Record<SyncArea, readonly string[]>>;
}

export interface ComparedSides {
  readonly source: SideSummary;
  readonly target: SideSummary;
  readonly judged: Judged;
  readonly agreed: Readonly<Record<SyncArea, AgreedRows>>;
}

/**
 * From nothing to a verdict for every row that differs, inside a transaction of the target: staging, base, decisions. A
 * preview and an import do exactly the same up to here.
 */
export async function prepareImport(input: PrepareInput): Promise<Prepared> {
  const { sides, options, plan } = input;
  const { target, pair } = sides;
  const staged =
    sides.source.kind === 'file'
      ? await stageFile(input, sides.source)
      : await stageRows(input, sides.source);
  if (!staged.decided)
    return {
      ...staged,
      settled: { users: plannedKeys(plan, 'users'), contexts: plannedKeys(plan, 'contexts') },
    };
  const decision: Decision = {
    conflict: options.conflict ?? defaultConflict,
    includeProtected: options.includeProtected ?? false,
    unchecked: sides.source.kind === 'file',
    onCommit: input.onCommit,
  };
  const settled: Record<SyncArea, readonly string[]> = { users: [], contexts: [] };
  await decideUsers(target, pair, decision);
  if (plan) {
    const moved = await refuseMoved(target, plan, pair.users.table);
    settled.users = moved.settled;
    if (moved.any) await refuseTaken(target, pair.users);
  }
  await decideContexts(target, pair, decision);
  if (plan) settled.contexts = (await refuseMoved(target, plan, pair.contexts.table)).settled;
  return { ...staged, settled };
}

function plannedKeys(plan: DatabasePlan | undefined, area: SyncArea): string[] {
  return (plan?.steps ?? []).filter((step) => step.area === area).map(({ key }) => key);
}

type StagedSides = Omit<Prepared, 'settled'>;

async function stageFile({ sides, onCommit }: PrepareInput, { content }: FileSource): Promise<StagedSides> {
  const { target, pair, asked } = sides;
  await createStagingTables(target, pair, onCommit);
  const rows = await stageExport(target, pair, content, asked);
  const targetItems = itemsOf(await summarise(target, 'target', pair, asked));
  const all = (area: SyncArea) => ({ ...rows[area], staged: rows[area].rows });
  return {
    rows: { users: all('users'), contexts: all('contexts') },
    targetItems,
    decided: true,
    compared: undefined,
  };
}

async function stageRows(input: PrepareInput, source: DatabaseSource): Promise<StagedSides> {
  const { sides, options, base, context, plan } = input;
  const { target, pair, asked } = sides;
  context.progress({ message: 'Comparing' });
  // Everything has to move into an empty target: there is nothing that digests could be compared with.
  const digests = !(input.targetIsEmpty ?? (await isEmpty(target, pair)));
  const [ours, theirs] = await Promise.all([
    summarise(source.db, 'source', pair, asked, digests),
    summarise(target, 'target', pair, asked),
  ]);
  const judged = {
    users: judgeBuckets(ours.users, theirs.users),
    contexts: judgeBuckets(ours.contexts, theirs.contexts),
  };
  const differs = syncTables.some(({ area }) => judged[area].whole.length + judged[area].mixed.length > 0);
  const agreed = { users: new AgreedRows(), contexts: new AgreedRows() };
  const summaries = { source: ours, target: theirs };
  let staged: Record<SyncArea, number> = { users: 0, contexts: 0 };
  if (differs) {
    await createStagingTables(target, pair, input.onCommit);
    staged = await stageDifferences({
      source: source.db,
      target,
      pair,
      summaries,
      judged,
      asked,
      context,
      ...(plan && { agreed }),
    });
    if (base) await stageBase(sides, base, judged, options.direction === 'push');
  }
  const rows = (area: SyncArea) => ({ rows: ours[area].rows, home: ours[area].home, staged: staged[area] });
  return {
    rows: { users: rows('users'), contexts: rows('contexts') },
    targetItems: itemsOf(theirs),
    decided: differs,
    compared: { ...summaries, judged, agreed },
  };
}

function itemsOf(side: SideSummary): number {
  return syncTables.reduce((sum, { area }) => sum + side[area].rows + side[area].home, 0);
}

/** Only the base's rows of groups that differ are needed, and only those are sent. */
async function stageBase(
  { target, pair }: OpenSides,
  base: PairBase,
  judged: Judged,
  localFirst: boolean,
): Promise<void> {
  for (const table of tablePairs(pair)) {
    const { area } = table.table;
    const known = base.tables[area];
    if (known.columns !== columnsText(table)) continue;
    const buckets = differingGroups(judged, area, known);
    if (buckets.length > 0)
      await writeRows(target, baseTable(table.table), recordsOf(base, area, buckets, localFirst));
  }
}

/** Without digests the source's groups are not known: then all rows differ, and all that the base knows may matter. */
function differingGroups(judged: Judged, area: SyncArea, known: TableBase): number[] {
  const { whole, mixed, grouped } = judged[area];
  const buckets = grouped ? [...whole, ...mixed] : known.counts.map((_, bucket) => bucket);
  return buckets.filter((bucket) => (known.counts[bucket] ?? 0) > 0);
}

async function* recordsOf(
  base: PairBase,
  area: SyncArea,
  buckets: readonly number[],
  localFirst: boolean,
): AsyncGenerator<string[]> {
  for (const bucket of buckets) {
    const records = await base.read(area, bucket);
    for (let at = 0; at < records.length; at += recordBytes) {
      const part = (offset: number) => `\\x${records.toString('hex', at + offset, at + offset + 8)}`;
      yield localFirst ? [part(0), part(8), part(16)] : [part(0), part(16), part(8)];
    }
  }
}

/** What a table's digests are made of: digests over other columns cannot be compared with them. */
export function columnsText(table: TablePair): string {
  return JSON.stringify(digestColumns(table));
}
