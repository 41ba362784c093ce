import type { Database } from '../connection';
import { writeRows } from '../copyStreams';
import { postgresText, type DatabaseExport } from './databaseExport';
import { digestColumns, tablePairs, type DatabasePair, type TablePair } from './pairColumns';
import { rowDigestSql, travellingUserSql } from './rowSql';
import { digestColumn, stagedTable, stagingColumns } from './stagingTables';
import type { HomeKind, SyncArea } from './syncTables';

export type StagedExport = Readonly<Record<SyncArea, { readonly rows: number; readonly home: number }>>;

/** Brings the rows of a file into the staging tables; users that stay home are taken out again, with their contexts. */
export async function stageExport(
  target: Database,
  pair: DatabasePair,
  content: DatabaseExport,
  asked: ReadonlySet<HomeKind>,
): Promise<StagedExport> {
  for (const table of tablePairs(pair)) {
    const rows = content[table.table.area];
    if (rows.length === 0) continue;
    await writeRows(target, stagingColumns(table, false), linesOf(rows, table));
  }
  const home = await sendHome(target, pair, asked);
  for (const table of tablePairs(pair)) {
    await target.query(
      `UPDATE ${stagedTable(table.table)} s SET ${digestColumn} = ${rowDigestSql('s', digestColumns(table))}`,
    );
  }
  return {
    users: { rows: content.users.length - home.users, home: home.users },
    contexts: { rows: content.contexts.length - home.contexts, home: home.contexts },
  };
}

function* linesOf(rows: DatabaseExport['users'], { shared }: TablePair): Generator<(string | null)[]> {
  for (const row of rows) yield shared.map(({ name, type }) => postgresText(row[name], type));
}

async function sendHome(
  target: Database,
  { users, contexts }: DatabasePair,
  asked: ReadonlySet<HomeKind>,
): Promise<Record<SyncArea, number>> {
  const shared = new Set(users.shared.map(({ name }) => name));
  const stays = `NOT (${travellingUserSql('u', shared, asked)})`;
  const context = await target.query(
    `DELETE FROM ${stagedTable(contexts.table)} c USING ${stagedTable(users.table)} u WHERE u.id = c.user_id AND ${stays}`,
  );
  const user = await target.query(`DELETE FROM ${stagedTable(users.table)} u WHERE ${stays}`);
  return { users: user.rowCount, contexts: context.rowCount };
}
