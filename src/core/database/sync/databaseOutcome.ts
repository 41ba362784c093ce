import type { SyncOperationResult } from '../../models/operation';
import { operationOf, type DatabasePlan, type LeftRow } from './databasePlan';
import type { DatabaseSyncOptions } from './syncOptions';
import { syncTables, type SyncArea } from './syncTables';

/** A table in `details` of `database_push` and `database_pull`, and in `db diff` (cli-contract.md). */
export interface AreaReport {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** The rows that were left, each with its reason; the first `listedRows` of them. */
  readonly skipped: readonly { readonly id: string; readonly kind: string; readonly reason: string }[];
  /** All rows that were left, named above or not. */
  readonly skipped_total: number;
  /** Anonymous users and the like, and their contexts, which did not travel. */
  readonly stay_home: number;
}

export type DatabaseDetails = Readonly<Record<SyncArea, AreaReport>>;

/** What an import has really done in a table, by the server's answers. */
export interface AreaOutcome {
  readonly created: number;
  readonly updated: number;
  /** Planned rows that turned out to be the same on both sides by now. */
  readonly settled: number;
  readonly left: readonly LeftRow[];
  readonly leftTotal: number;
}

export interface DatabaseOutcome {
  readonly areas: Readonly<Record<SyncArea, AreaOutcome>>;
  readonly backups: readonly string[];
  /** Why a batched import stopped half-way. */
  readonly stopped?: string;
}

export function databaseResult(
  plan: DatabasePlan,
  outcome: DatabaseOutcome,
): SyncOperationResult<DatabaseDetails> {
  const { areas, backups, stopped } = outcome;
  const done = syncTables.reduce((sum, { area }) => sum + areas[area].created + areas[area].updated, 0);
  const left = syncTables.reduce((sum, { area }) => sum + areas[area].leftTotal, 0);
  const planned = syncTables.reduce(
    (sum, { area }) => sum + plan.areas[area].created + plan.areas[area].updated,
    0,
  );
  const refused = syncTables.flatMap(({ area }) => areas[area].left.filter((row) => !wasLeft(plan, row)));
  const report = (area: SyncArea): AreaReport => ({
    created: areas[area].created,
    updated: areas[area].updated,
    unchanged: plan.areas[area].unchanged + areas[area].settled,
    skipped: areas[area].left.map(skippedRow),
    skipped_total: areas[area].leftTotal,
    stay_home: plan.areas[area].home,
  });
  return {
    operation: plan.operation,
    success: stopped === undefined && refused.length === 0,
    items_synced: done,
    items_skipped: left,
    errors: [
      ...(stopped === undefined ? [] : [stopped]),
      ...refused.map(({ item, reason }) => `${item}: ${reason}`),
    ],
    details: { users: report('users'), contexts: report('contexts') },
    state:
      stopped === undefined ? { kind: 'completed' } : { kind: 'partial', completed: done, total: planned },
    plan_id: plan.id,
    ...(backups[0] !== undefined && { backup: backups[0] }),
    warnings: [
      ...plan.callouts,
      ...plan.warnings,
      ...(backups.length > 0
        ? [
            `Old values of overwritten rows, personal data among them, are in backup ${backups.join(', ')}: private files, of which the newest are kept.`,
          ]
        : []),
    ],
  };
}

/** For what keeps an operation from starting: a missing table, a database that nobody has configured. */
export function notStarted(
  options: Pick<DatabaseSyncOptions, 'direction'>,
  reason: string,
): SyncOperationResult<DatabaseDetails> {
  return {
    operation: operationOf(options),
    success: false,
    items_synced: 0,
    items_skipped: 0,
    errors: [reason],
    details: null,
    state: { kind: 'not_started' },
    plan_id: '',
    warnings: [],
  };
}

/** The plan in the words of the contract: `db diff`, and the details of a dry run. */
export function planDetails(plan: DatabasePlan): DatabaseDetails {
  const report = (area: SyncArea): AreaReport => {
    const { created, updated, unchanged, skipped, home } = plan.areas[area];
    const rows = plan.left.filter((row) => row.area === area).map(skippedRow);
    return { created, updated, unchanged, skipped: rows, skipped_total: skipped, stay_home: home };
  };
  return { users: report('users'), contexts: report('contexts') };
}

function skippedRow({ key, kind, reason }: LeftRow): AreaReport['skipped'][number] {
  return { id: key, kind, reason };
}

function wasLeft(plan: DatabasePlan, row: LeftRow): boolean {
  return plan.left.some(({ area, key }) => area === row.area && key === row.key);
}
