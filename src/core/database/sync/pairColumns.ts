import { SyncError } from '../../syncError';
import type { Catalog, CatalogCheck, CatalogColumn, TableCatalog } from './catalog';
import { syncTables, timeColumn, type SyncTable } from './syncTables';

/** How a table's columns take part, once both sides were asked. Names are unquoted. */
export interface TablePair {
  readonly table: SyncTable;
  /** Columns that both sides have, as the target declares them. */
  readonly shared: readonly CatalogColumn[];
  /** What a row says, without its key: compared, and part of the digest. Sorted by name. */
  readonly payload: readonly string[];
  readonly sourceOnly: readonly string[];
  readonly targetOnly: readonly string[];
  /** The target's conditions on the shared columns. */
  readonly checks: readonly CatalogCheck[];
  /** The source's own declarations keep every row of it within what the target takes. */
  readonly isKept: boolean;
  readonly sourceColumns: ReadonlySet<string>;
  readonly targetColumns: ReadonlySet<string>;
}

export interface DatabasePair {
  readonly users: TablePair;
  readonly contexts: TablePair;
  /** Whether the target has the table that session links point at. */
  readonly targetHasSessions: boolean;
}

/**
 * @throws SyncError `unsupported` when a table or a needed column is missing, or when the target needs a column that the
 * source does not have; nothing has been read or changed
 */
export function pairDatabases(
  source: Catalog,
  target: Catalog,
  labels: { readonly source: string; readonly target: string },
): DatabasePair {
  const [users, contexts] = syncTables.map((table) =>
    pairTable(
      table,
      require(source, table, labels.source),
      require(target, table, labels.target),
      labels.target,
    ),
  );
  if (!users || !contexts)
    throw new SyncError('internal', 'A table of the database sync has no description.');
  return { users, contexts, targetHasSessions: target.hasSessions };
}

/** Key and payload, in the order of the digest. */
export function digestColumns({ table, payload }: TablePair): readonly string[] {
  return [table.key, ...payload];
}

export function tablePairs({ users, contexts }: DatabasePair): readonly TablePair[] {
  return [users, contexts];
}

export function hasColumn(pair: TablePair, name: string): boolean {
  return pair.shared.some((column) => column.name === name);
}

function require(catalog: Catalog, table: SyncTable, label: string): TableCatalog {
  const found = catalog.tables[table.area];
  if (!found) {
    throw new SyncError('unsupported', `The table ${table.name} is missing in ${label}.`, {
      hint: 'Start the server once, so that it creates its tables, or correct the database URL.',
      details: { missingTable: table.name },
    });
  }
  const missing = table.required.filter((name) => !found.columns.some((column) => column.name === name));
  if (missing.length === 0) return found;
  throw new SyncError(
    'unsupported',
    `The table ${table.name} in ${label} has no column ${missing.join(', ')}.`,
    {
      hint: 'It is not the table of a systemprompt.io server; check the database URL.',
      details: { table: table.name, missingColumns: missing },
    },
  );
}

function pairTable(
  table: SyncTable,
  source: TableCatalog,
  target: TableCatalog,
  targetLabel: string,
): TablePair {
  const sourceColumns = new Set(source.columns.map(({ name }) => name));
  const targetColumns = new Set(target.columns.map(({ name }) => name));
  const shared = target.columns.filter(({ name }) => sourceColumns.has(name));
  const unfilled = target.columns.filter(
    ({ name, notNull, hasDefault }) => !sourceColumns.has(name) && notNull && !hasDefault,
  );
  if (unfilled.length > 0) {
    const names = unfilled.map(({ name }) => name);
    throw new SyncError(
      'unsupported',
      `${table.name} in ${targetLabel} needs ${names.join(', ')}, which the source does not have.`,
      {
        details: { table: table.name, missingColumns: names },
      },
    );
  }
  const left = new Set([table.key, timeColumn, ...table.insertOnly]);
  const checks = target.checks.filter(
    ({ columns }) => columns.length > 0 && columns.every((name) => sourceColumns.has(name)),
  );
  return {
    table,
    shared,
    payload: shared
      .map(({ name }) => name)
      .filter((name) => !left.has(name))
      .sort(),
    sourceOnly: [...sourceColumns].filter((name) => !targetColumns.has(name)),
    targetOnly: [...targetColumns].filter((name) => !sourceColumns.has(name)),
    checks,
    isKept:
      shared.every((column) => keepsColumn(source, column)) &&
      checks.every((check) => keepsCheck(source, check)),
    sourceColumns,
    targetColumns,
  };
}

function keepsColumn({ columns }: TableCatalog, wanted: CatalogColumn): boolean {
  const column = columns.find(({ name }) => name === wanted.name);
  return column?.type === wanted.type && (column.notNull || !wanted.notNull);
}

function keepsCheck({ checks }: TableCatalog, wanted: CatalogCheck): boolean {
  return checks.some(({ expression, validated }) => validated && expression === wanted.expression);
}
