import type { Database } from '../connection';
import { tablePairs, type DatabasePair, type TablePair } from './pairColumns';
import { quoteName } from './sqlText';
import type { SyncTable } from './syncTables';

/** The source's rows that may differ, in the target's session. */
export const stagedTable = ({ area }: SyncTable): string => `pg_temp.sync_${area}`;
/** What is to be done about each of them. */
export const decidedTable = ({ area }: SyncTable): string => `pg_temp.sync_decided_${area}`;
/** What the base knows about them. */
export const baseTable = ({ area }: SyncTable): string => `pg_temp.sync_base_${area}`;
/** Rows as they were before the merge. */
export const oldTable = ({ area }: SyncTable): string => `pg_temp.sync_old_${area}`;

/** Beside the columns of the table; no server's column has such a name. */
export const digestColumn = quoteName('sync digest');

/** `DROP`: gone with the transaction. `PRESERVE ROWS`: with the session, for imports in batches. */
export type OnCommit = 'DROP' | 'PRESERVE ROWS';

/** Empty tables of the session for staging. No indexes: they are filled once and joined as a whole. */
export async function createStagingTables(
  target: Database,
  pair: DatabasePair,
  onCommit: OnCommit,
): Promise<void> {
  // The tables are joined as a whole: a small sample tells the planner enough, and a full one costs as much as the join.
  const sample = onCommit === 'DROP' ? 'SET LOCAL' : 'SET';
  const statements = tablePairs(pair).flatMap(({ table, shared }) => [
    `CREATE TEMP TABLE sync_${table.area} (${shared.map(columnSql).join(', ')}, ${digestColumn} bytea) ON COMMIT ${onCommit}`,
    `CREATE TEMP TABLE sync_base_${table.area} (key bytea, source bytea, target bytea) ON COMMIT ${onCommit}`,
  ]);
  await target.query([`${sample} default_statistics_target = 10`, ...statements].join('; '));
}

/** For COPY … FROM: the staging table with its columns, the digest last. */
export function stagingColumns({ table, shared }: TablePair, withDigest = true): string {
  const names = shared.map(({ name }) => quoteName(name));
  return `${stagedTable(table)} (${(withDigest ? [...names, digestColumn] : names).join(', ')})`;
}

/** The server's limit in characters of `character varying(n)`; undefined where there is none. */
export function lengthLimit(type: string): number | undefined {
  const found = /^character varying\((\d+)\)$/.exec(type)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Texts are staged without their limit: a row that is too long is skipped by name instead of failing all of them. */
function columnSql({ name, type }: { readonly name: string; readonly type: string }): string {
  return `${quoteName(name)} ${type.startsWith('character varying') ? 'text' : type}`;
}
