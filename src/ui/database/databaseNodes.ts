import {
  comparedTables,
  type ComparedRow,
  type ComparedTable,
  type DatabaseComparison,
} from '../../core/database/sync/databaseComparison';
import type { ChangeNode } from '../changes/changeNode';
import type { ItemStatus } from '../changes/itemStatus';
import type { DirectionCounts } from '../status/directionCounts';

/** Both tables together. */
export interface DatabaseRootNode extends ChangeNode {
  readonly type: 'database';
  readonly tables: readonly ComparedTable[];
  /** Of the tenant's database, without secrets. */
  readonly cloud: string;
  readonly production: boolean;
}

export interface TableNode extends ChangeNode {
  readonly type: 'table';
  readonly table: ComparedTable;
}

export interface RowNode extends ChangeNode {
  readonly type: 'row';
  readonly status: ItemStatus;
  readonly row: ComparedRow;
}

/** How many rows more differ than are named. */
export interface MoreNode extends ChangeNode {
  readonly type: 'more';
  readonly count: number;
}

export type DatabaseNode = DatabaseRootNode | TableNode | RowNode | MoreNode;

export function isDatabaseNode(node: ChangeNode): node is DatabaseNode {
  return node.area === 'database' && 'type' in node;
}

const statusOf = {
  onlyLocal: 'added',
  onlyCloud: 'removed',
  changedLocal: 'modified',
  changedCloud: 'modified',
  conflict: 'conflict',
  left: 'left',
} as const satisfies Record<ComparedRow['standing'], ItemStatus>;

const plain = { area: 'database', checkable: false, children: [] } as const;

/** The `Database` group: users and contexts with their counts, and under them the rows that differ. Pure. */
export function databaseNodes(diff: DatabaseComparison): DatabaseNode[] {
  const tables = comparedTables(diff);
  const { label, production } = diff.push.target;
  const children = tables.filter(({ rows, more }) => rows.length + more > 0).map(tableNode);
  return [{ ...plain, type: 'database', id: 'database:', tables, cloud: label, production, children }];
}

function tableNode(table: ComparedTable): TableNode {
  const rows = table.rows.map((row): RowNode => ({
    ...plain,
    type: 'row',
    id: `database:${row.id}`,
    status: statusOf[row.standing],
    row,
  }));
  const more: MoreNode = { ...plain, type: 'more', id: `database:${table.area}:more`, count: table.more };
  const children = table.more > 0 ? [...rows, more] : rows;
  return { ...plain, type: 'table', id: `database:${table.area}`, table, children };
}

/** A row that neither direction moves needs a person, as a conflict does. */
export function countDatabase(diff: DatabaseComparison): DirectionCounts {
  const tables = comparedTables(diff);
  const sum = (count: (table: ComparedTable) => number) =>
    tables.reduce((total, table) => total + count(table), 0);
  return {
    up: sum(({ toPush }) => toPush),
    down: sum(({ toPull }) => toPull),
    unknown: 0,
    conflicts: sum(({ undecided }) => undecided),
    invalid: 0,
  };
}
