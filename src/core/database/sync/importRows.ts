import type { RunContext } from '../../ports';
import type { BackupStore, BackupWriter } from '../../state/backupStore';
import type { ProjectLock } from '../../state/projectLock';
import { messageOf, SyncError } from '../../syncError';
import type { Database } from '../connection';
import { sqlStateOf } from '../databaseError';
import { isEmpty } from './bucketSummary';
import { copyIntoEmpty, type CopiedRows } from './copyIntoEmpty';
import type { DatabaseOutcome, AreaOutcome } from './databaseOutcome';
import type { DatabasePlan } from './databasePlan';
import { backUpOldRows, mergeTable, type MergedRows, type Part } from './mergeRows';
import { nextBase } from './nextBase';
import type { BaseUpdates, PairBase } from './pairBase';
import { tablePairs, type TablePair } from './pairColumns';
import { prepareImport, type Prepared } from './prepareImport';
import { noDecisions, readDecisions } from './readDecisions';
import { assignBatches } from './assignBatches';
import { settledRows } from './settledRows';
import { decidedTable } from './stagingTables';
import type { OpenSides } from './syncSides';
import type { SyncArea } from './syncTables';

export interface ImportInput {
  readonly plan: DatabasePlan;
  readonly sides: OpenSides;
  readonly base: PairBase | undefined;
  readonly backups: BackupStore;
  /** Identity of the target, which backups are kept under. */
  readonly targetIdentity: string;
  readonly lock: ProjectLock;
  readonly context: RunContext;
}

export interface Imported {
  readonly outcome: DatabaseOutcome;
  /** Undefined when the base stays as it is. */
  readonly base: BaseUpdates | undefined;
}

type Counts = Record<SyncArea, { created: number; updated: number }>;

/** A rival wrote a key, a name or an owner after our snapshot: with a new one the plan's row is refused, or equal already. */
const rivalStates: ReadonlySet<string | undefined> = new Set(['23505', '23503']);
const rivalRetries = 2;

/** A snapshot of the whole import: whoever changes a row of it meanwhile makes it start over, or is refused himself. */
const importTransaction = { isolation: 'repeatable read', retries: 3 } as const;

/**
 * Carries out a plan in one transaction of the target: staged and decided anew, compared with what the plan saw, merged,
 * backed up, committed. The target is as before or as planned.
 *
 * @throws SyncError `database` or `cancelled`: nothing was changed (unless its details say `outcomeUnknown`)
 */
export async function importRows(input: ImportInput): Promise<Imported> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await importOnce(input);
    } catch (error) {
      if (attempt === rivalRetries || !rivalStates.has(sqlStateOf(error))) throw error;
      SyncError.throwIfAborted(input.context.signal);
    }
  }
}

async function importOnce(input: ImportInput): Promise<Imported> {
  const { plan, sides, base, backups, lock, context } = input;
  let writer: BackupWriter | undefined;
  try {
    return await sides.target.transaction(async () => {
      await writer?.discard();
      const targetIsEmpty = sides.source.kind === 'database' && (await isEmpty(sides.target, sides.pair));
      const copied = targetIsEmpty ? await copyIntoEmpty(input) : undefined;
      if (copied) {
        await lock.assertHeld();
        return { outcome: copiedOutcome(copied), base: copied.base };
      }
      writer = beginBackup(input, backups);
      const prepared = await prepareImport({
        sides,
        options: plan.options,
        base,
        context,
        onCommit: 'DROP',
        targetIsEmpty,
        plan,
      });
      const counts = noCounts();
      if (prepared.decided) {
        for (const pair of tablePairs(sides.pair)) await mergePart(input, pair, 'all', writer, counts);
      }
      const result = {
        outcome: await outcomeOf(input, prepared, counts),
        base: await nextBase(input, prepared),
      };
      // The backup is on disk before the old values are gone for good, and only the holder of the lock commits.
      const backup = await writer.commit();
      await lock.assertHeld();
      return { ...result, outcome: { ...result.outcome, backups: backup === undefined ? [] : [backup] } };
    }, importTransaction);
  } catch (error) {
    if (!isUnknownOutcome(error)) await writer?.discard();
    throw error;
  }
}

/**
 * The same in a transaction per `plan.options.batch` rows, for targets that cannot hold all of them in one. What a batch has
 * committed stays when a later one fails: the result is `partial` then.
 *
 * @throws SyncError only before anything was committed
 */
export async function importInBatches(input: ImportInput, size: number): Promise<Imported> {
  const { plan, sides, base, context } = input;
  const { target, pair } = sides;
  const prepared = await target.transaction(async (db) => {
    const found = await prepareImport({
      sides,
      options: plan.options,
      base,
      context,
      onCommit: 'PRESERVE ROWS',
      plan,
    });
    if (found.decided) for (const table of tablePairs(pair)) await assignBatches(db, table, size);
    return found;
  }, importTransaction);
  const counts = noCounts();
  const made: string[] = [];
  let stopped: string | undefined;
  try {
    for (const table of tablePairs(pair)) {
      const batches = prepared.decided ? await batchesOf(target, table) : [];
      for (const batch of batches) await importBatch(input, table, batch, counts, made);
    }
  } catch (error) {
    const done =
      counts.users.created + counts.users.updated + counts.contexts.created + counts.contexts.updated;
    if (done === 0) throw error;
    stopped = messageOf(error);
  }
  if (stopped !== undefined)
    return { outcome: { areas: leftBehind(input, counts), backups: made, stopped }, base: undefined };
  const outcome = { ...(await outcomeOf(input, prepared, counts)), backups: made };
  return {
    outcome,
    base: await target.transaction(() => nextBase(input, prepared), { isolation: 'repeatable read' }),
  };
}

async function importBatch(
  input: ImportInput,
  table: TablePair,
  batch: number,
  counts: Counts,
  made: string[],
): Promise<void> {
  const { sides, backups, lock, context } = input;
  SyncError.throwIfAborted(context.signal);
  let writer: BackupWriter | undefined;
  try {
    const before = { ...counts[table.table.area] };
    const backup = await sides.target.transaction(async () => {
      await writer?.discard();
      counts[table.table.area] = { ...before };
      writer = beginBackup(input, backups);
      await mergePart(input, table, batch, writer, counts);
      const id = await writer.commit();
      await lock.assertHeld();
      return id;
    }, importTransaction);
    if (backup !== undefined) made.push(backup);
  } catch (error) {
    if (!isUnknownOutcome(error)) await writer?.discard();
    throw error;
  }
}

async function mergePart(
  input: ImportInput,
  table: TablePair,
  part: Part,
  writer: BackupWriter,
  counts: Counts,
): Promise<void> {
  const { plan, sides, context } = input;
  SyncError.throwIfAborted(context.signal);
  const done =
    counts.users.created + counts.users.updated + counts.contexts.created + counts.contexts.updated;
  context.progress({
    message: 'Writing rows',
    done,
    total:
      plan.areas.users.created +
      plan.areas.users.updated +
      plan.areas.contexts.created +
      plan.areas.contexts.updated,
  });
  const merged: MergedRows = await mergeTable(
    sides.target,
    sides.pair,
    table,
    plan.options.includeProtected ?? false,
    part,
  );
  if (merged.updated > 0) await backUpOldRows(sides.target, table, writer);
  const { area } = table.table;
  counts[area] = {
    created: counts[area].created + merged.created,
    updated: counts[area].updated + merged.updated,
  };
}

function copiedOutcome({ created }: CopiedRows): DatabaseOutcome {
  const of = (area: SyncArea): AreaOutcome => ({
    created: created[area],
    updated: 0,
    settled: 0,
    left: [],
    leftTotal: 0,
  });
  return { areas: { users: of('users'), contexts: of('contexts') }, backups: [] };
}

async function outcomeOf(
  { sides }: ImportInput,
  prepared: Prepared,
  counts: Counts,
): Promise<DatabaseOutcome> {
  const decisions = prepared.decided ? await readDecisions(sides.target, sides.pair, 'left') : noDecisions;
  const area = async ({ table }: TablePair): Promise<AreaOutcome> => {
    const { left, leftRows } = decisions[table.area];
    const { equal, gone } = await settledRows(sides, table, prepared.settled[table.area]);
    return {
      ...counts[table.area],
      settled: equal,
      left: [...leftRows, ...gone],
      leftTotal: left + gone.length,
    };
  };
  return {
    areas: { users: await area(sides.pair.users), contexts: await area(sides.pair.contexts) },
    backups: [],
  };
}

/** After a failure the session may be gone: only what is known here is told. */
function leftBehind(input: ImportInput, counts: Counts): DatabaseOutcome['areas'] {
  const of = (area: SyncArea): AreaOutcome => {
    const left = input.plan.left.filter((row) => row.area === area);
    return { ...counts[area], settled: 0, left, leftTotal: input.plan.areas[area].skipped };
  };
  return { users: of('users'), contexts: of('contexts') };
}

async function batchesOf(target: Database, { table }: TablePair): Promise<number[]> {
  const { rows } = await target.query<{ batch: number }>(
    `SELECT DISTINCT batch FROM ${decidedTable(table)} WHERE verdict IN ('create', 'update') ORDER BY batch`,
  );
  return rows.map(({ batch }) => batch);
}

function beginBackup({ plan, targetIdentity, context }: ImportInput, backups: BackupStore): BackupWriter {
  return backups.begin({ operation: plan.operation, target: targetIdentity, now: context.now() });
}

function noCounts(): Counts {
  return { users: { created: 0, updated: 0 }, contexts: { created: 0, updated: 0 } };
}

function isUnknownOutcome(error: unknown): boolean {
  return SyncError.is(error, 'database') && error.details?.['outcomeUnknown'] === true;
}
