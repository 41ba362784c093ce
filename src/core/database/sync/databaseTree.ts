import type { DatabasePlan } from './databasePlan';
import { syncTables, type SyncArea } from './syncTables';

/** The plan as a tree shows it: a group per table, and under it the rows that differ. */
export interface DatabaseGroup {
  readonly area: SyncArea;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly items: readonly DatabaseItem[];
  /** Rows that differ beyond those listed. */
  readonly more: number;
}

export interface DatabaseItem {
  /** Stable across refreshes: `users:ID`. */
  readonly id: string;
  readonly area: SyncArea;
  readonly key: string;
  /** Name of the user or context. */
  readonly label: string;
  readonly status: 'created' | 'updated' | 'conflict' | 'skipped';
  /** Columns that differ and are written. */
  readonly columns: readonly string[];
  /** Why it is left; of a row to be written: what is not carried. */
  readonly reason?: string;
}

/** Rows to look at first come first: conflicts, then changes, then new rows, then what is left. Pure. */
export function databaseTree(plan: DatabasePlan): DatabaseGroup[] {
  const order: readonly DatabaseItem['status'][] = ['conflict', 'updated', 'created', 'skipped'];
  const all = [...stepItems(plan), ...leftItems(plan)];
  return syncTables.map(({ area }) => {
    const { created, updated, unchanged, skipped } = plan.areas[area];
    const items = order.flatMap((status) =>
      all.filter((item) => item.area === area && item.status === status),
    );
    return {
      area,
      created,
      updated,
      unchanged,
      skipped,
      items,
      more: created + updated + skipped - items.length,
    };
  });
}

function stepItems({ steps }: DatabasePlan): DatabaseItem[] {
  return steps.map(({ action, area, key, label, columns, kept }) => ({
    id: `${area}:${key}`,
    area,
    key,
    label,
    status: action === 'create' ? 'created' : 'updated',
    columns,
    ...(kept.length > 0 && { reason: `${kept.join(', ')} differ as well and are protected` }),
  }));
}

function leftItems({ left }: DatabasePlan): DatabaseItem[] {
  return left.map(({ area, key, label, kind, columns, reason }) => ({
    id: `${area}:${key}`,
    area,
    key,
    label,
    status: kind === 'conflict' ? 'conflict' : 'skipped',
    columns,
    reason,
  }));
}
