import { rowDigestSql as wholeRowDigestSql } from '../../backups/backupRows';
import type { BackupWriter } from '../../state/backupStore';
import type { Database } from '../connection';
import { readRows } from '../copyStreams';
import { digestColumns, hasColumn, type DatabasePair, type TablePair } from './pairColumns';
import { rowDigestSql } from './rowSql';
import { quoteName } from './sqlText';
import { decidedTable, oldTable, stagedTable } from './stagingTables';
import { timeColumn } from './syncTables';

export interface MergedRows {
  readonly created: number;
  readonly updated: number;
}

/** Which of the decided rows are written now: all of them, or a batch by its number. */
export type Part = 'all' | number;

/**
 * Writes the decided rows of a table: an UPDATE and an INSERT, whatever their number, in one round trip. Rows that are
 * overwritten are locked in the order of their keys first, and kept for the backup.
 *
 * @returns how many rows the server wrote
 */
export async function mergeTable(
  target: Database,
  databases: DatabasePair,
  pair: TablePair,
  includeProtected: boolean,
  part: Part,
): Promise<MergedRows> {
  const counts = await runScript(target, [
    ...(part === 'all' ? [] : [refuseChanged(pair, part)]),
    ...keepOldRows(pair, part),
    ...(includeProtected && pair.table.guarded.length > 0 ? freeTakenNames(pair, part) : []),
    updateRows(pair, includeProtected, part),
    insertRows(databases, pair, part),
    ...(part === 'all' ? [] : [refuseForestalled(pair, part)]),
  ]);
  const last = part === 'all' ? counts.length : counts.length - 1;
  return { updated: counts[last - 2] ?? 0, created: counts[last - 1] ?? 0 };
}

/** Several statements at once. @returns the rows that each of them affected */
function runScript(target: Database, statements: readonly string[]): Promise<number[]> {
  return target.withClient(async (client) => {
    const results: unknown = await client.query(statements.join(';\n'));
    return (results as readonly { readonly rowCount: number | null }[]).map(({ rowCount }) => rowCount ?? 0);
  });
}

/** Puts the old values of what `mergeTable` has overwritten into the backup, with the digest of what is there now. */
export async function backUpOldRows(
  target: Database,
  { table }: TablePair,
  writer: BackupWriter,
): Promise<void> {
  const query = `SELECT o.key, o.row, ${wholeRowDigestSql('to_jsonb(t)')} FROM ${oldTable(table)} o JOIN ${table.name} t ON t.${table.key} = o.key`;
  await readRows(target, query, async (rows) => {
    for (const [key, row, after] of rows) {
      await writer.addRow({
        table: table.name,
        key: { [table.key]: key ?? '' },
        row: { jsonb: row ?? '' },
        after: after ?? null,
      });
    }
  });
}

/** Between two batches others may write: what has changed since it was decided about is left. */
function refuseChanged(pair: TablePair, part: Part): string {
  const { table } = pair;
  return `UPDATE ${decidedTable(table)} d SET verdict = 'moved'
      WHERE d.verdict = 'update' AND ${inPart(part)}
        AND NOT EXISTS (SELECT 1 FROM ${table.name} t
                         WHERE t.${table.key} = d.key AND ${rowDigestSql('t', digestColumns(pair))} = d.target_digest)`;
}

/** Rows that somebody else has created since, or whose name was taken. */
function refuseForestalled({ table }: TablePair, part: Part): string {
  return `UPDATE ${decidedTable(table)} d SET verdict = 'moved'
      WHERE d.verdict = 'create' AND ${inPart(part)}
        AND NOT EXISTS (SELECT 1 FROM ${table.name} t WHERE t.${table.key} = d.key)`;
}

function keepOldRows({ table }: TablePair, part: Part): string[] {
  return [
    `DROP TABLE IF EXISTS ${oldTable(table)}`,
    `CREATE TEMP TABLE sync_old_${table.area} ON COMMIT DROP AS
     SELECT t.${table.key} AS key, to_jsonb(t)::text AS row
       FROM ${table.name} t JOIN ${decidedTable(table)} d ON d.key = t.${table.key}
      WHERE d.verdict = 'update' AND ${inPart(part)}
      ORDER BY t.${table.key} COLLATE "C" FOR UPDATE OF t`,
  ];
}

/**
 * Two users who swap names cannot do so one after the other: the unique index is checked row by row. Whoever holds a name
 * that another row of this import is to get lets go of it first.
 */
function freeTakenNames({ table }: TablePair, part: Part): string[] {
  const placeholder = `'moving-' || encode(sha256(convert_to(u.id || clock_timestamp()::text, 'UTF8')), 'hex')`;
  const free = (column: 'name' | 'email', value: string) =>
    `UPDATE ${table.name} u SET ${column} = ${value}
         FROM ${decidedTable(table)} d
        WHERE d.key = u.id AND d.verdict = 'update' AND '${column}' = ANY(d.columns) AND ${inPart(part)}
          AND EXISTS (SELECT 1 FROM ${stagedTable(table)} w JOIN ${decidedTable(table)} e ON e.key = w.id
                       WHERE w.${column} = u.${column} AND w.id <> u.id AND e.verdict IN ('create', 'update'))`;
  return [free('name', placeholder), free('email', `${placeholder} || '@moving.invalid'`)];
}

function updateRows(pair: TablePair, includeProtected: boolean, part: Part): string {
  const { table, payload } = pair;
  const carried = payload.filter((name) => includeProtected || !table.guarded.includes(name));
  const written = hasColumn(pair, timeColumn) ? [...carried, timeColumn] : carried;
  const assignments = written.map((name) => `${quoteName(name)} = s.${quoteName(name)}`);
  return `UPDATE ${table.name} t SET ${assignments.join(', ')}
       FROM ${stagedTable(table)} s JOIN ${decidedTable(table)} d ON d.key = s.${table.key}
      WHERE t.${table.key} = s.${table.key} AND d.verdict = 'update' AND ${inPart(part)}`;
}

/**
 * A row that somebody else has created since is a 23505, and the import starts over; in batches it is left.
 * Sessions never travel: a link is only kept where the target has the session. Contexts come owner by owner: their indexes are
 * walked along then, and not jumped about in, which is a tenth of the time.
 */
function insertRows(databases: DatabasePair, pair: TablePair, part: Part): string {
  const { table, shared } = pair;
  const linked = databases.targetHasSessions && hasColumn(pair, 'session_id');
  const session = linked ? 'x.session_id' : 'NULL';
  const values = shared.map(({ name }) => (name === 'session_id' ? session : `s.${quoteName(name)}`));
  return `INSERT INTO ${table.name} (${shared.map(({ name }) => quoteName(name)).join(', ')})
     SELECT ${values.join(', ')}
       FROM ${stagedTable(table)} s JOIN ${decidedTable(table)} d ON d.key = s.${table.key}
            ${linked ? 'LEFT JOIN user_sessions x ON x.session_id = s.session_id' : ''}
      WHERE d.verdict = 'create' AND ${inPart(part)}
     ${table.area === 'contexts' ? 'ORDER BY s.user_id COLLATE "C"' : ''}
     ${part === 'all' ? '' : 'ON CONFLICT DO NOTHING'}`;
}

function inPart(part: Part): string {
  return part === 'all' ? 'true' : `d.batch = ${part}`;
}
