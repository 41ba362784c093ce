import type { DatabasePlan } from './databasePlan';
import { databaseTree, type DatabaseItem } from './databaseTree';
import { syncTables, type SyncArea } from './syncTables';

/** Both directions of one look at two databases: what a push and what a pull would do. */
export interface DatabaseComparison {
  readonly push: DatabasePlan;
  readonly pull: DatabasePlan;
}

/** How a row stands between the project's own database and the tenant's. */
export type RowStanding = 'onlyLocal' | 'onlyCloud' | 'changedLocal' | 'changedCloud' | 'conflict' | 'left';

export interface ComparedRow {
  /** Stable across refreshes: `users:ID`. */
  readonly id: string;
  readonly area: SyncArea;
  readonly key: string;
  /** Name of the user or context. */
  readonly label: string;
  readonly standing: RowStanding;
  /** Columns that differ and would be written. */
  readonly columns: readonly string[];
  /** Why it is left, or what of it is not carried. */
  readonly reason?: string;
}

export interface ComparedTable {
  readonly area: SyncArea;
  readonly toPush: number;
  readonly toPull: number;
  /** Rows that neither direction moves; a person decides, or one of the sides has to change first. */
  readonly undecided: number;
  readonly unchanged: number;
  /** The rows that differ, those first that need a look. */
  readonly rows: readonly ComparedRow[];
  /** Rows to move that are not among `rows`: plans name the first ones only. */
  readonly more: number;
}

const order: readonly RowStanding[] = [
  'conflict',
  'left',
  'changedLocal',
  'changedCloud',
  'onlyLocal',
  'onlyCloud',
];

/** What differs, table by table: what one direction leaves because the other one moves it is that one's. Pure. */
export function comparedTables({ push, pull }: DatabaseComparison): ComparedTable[] {
  const pushed = new Map(databaseTree(push).map((group) => [group.area, group]));
  const pulled = new Map(databaseTree(pull).map((group) => [group.area, group]));
  return syncTables.map(({ area }) => {
    const there = new Map(pulled.get(area)?.items.map((item) => [item.id, item]));
    const here = new Map(pushed.get(area)?.items.map((item) => [item.id, item]));
    const all = [...new Set([...here.keys(), ...there.keys()])].map((id) =>
      comparedRow(here.get(id), there.get(id)),
    );
    const rows = order.flatMap((standing) => all.filter((row) => row.standing === standing));
    const toPush = push.areas[area].created + push.areas[area].updated;
    const toPull = pull.areas[area].created + pull.areas[area].updated;
    const undecided = rows.filter(({ standing }) => standing === 'conflict' || standing === 'left').length;
    return {
      area,
      toPush,
      toPull,
      undecided,
      unchanged: push.areas[area].unchanged,
      rows,
      more: Math.max(0, toPush + toPull + undecided - rows.length),
    };
  });
}

function comparedRow(push: DatabaseItem | undefined, pull: DatabaseItem | undefined): ComparedRow {
  const standing = standingOf(push, pull);
  const item = standing === 'onlyCloud' || standing === 'changedCloud' ? (pull ?? push) : (push ?? pull);
  if (item === undefined) throw new RangeError('a row is part of at least one plan');
  const { id, area, key, label, columns, reason } = item;
  return { id, area, key, label, standing, columns, ...(reason !== undefined && { reason }) };
}

function standingOf(push: DatabaseItem | undefined, pull: DatabaseItem | undefined): RowStanding {
  const [here, there] = [push?.status, pull?.status];
  if (here === 'created') return 'onlyLocal';
  if (there === 'created') return 'onlyCloud';
  if (here === 'updated' && there === 'updated') return 'conflict';
  if (here === 'updated') return 'changedLocal';
  if (there === 'updated') return 'changedCloud';
  return here === 'conflict' || there === 'conflict' ? 'conflict' : 'left';
}
