import type { Database } from '../database/connection';
import type { SkippedItem, StepAction } from '../models/plan';
import type { BackupRow, BackupWriter } from '../state/backupStore';
import { SyncError } from '../syncError';
import { backUpDeletedRows, rowDigestSql, type StoredRow } from './backupRows';
import { changedSince } from './changedSince';

/** An old row that is to come back, or one that did not exist and is to go again. */
export interface RowStep {
  readonly kind: 'row';
  readonly action: StepAction;
  /** For people: `markdown_content id=…`. */
  readonly item: string;
  /** Digest of the row as the plan saw it; null when it was missing. */
  readonly current: string | null;
  readonly entry: BackupRow;
}

interface CurrentRow {
  readonly row: string;
  readonly digest: string;
  readonly same: boolean;
}

/** Names as `regclass` writes them: a backup is a file, and files can be edited. */
const tableName = /^(?:"[^"\0]+"|[a-z_][a-z0-9_$]*)(?:\.(?:"[^"\0]+"|[a-z_][a-z0-9_$]*))?$/;

/**
 * Which rows of a backup are to be written back or deleted again. A row that somebody changed since is left, unless `override`.
 * @throws SyncError `database`, `stateCorrupted` for a row that names no table or key
 */
export async function planRows(
  db: Database,
  rows: readonly BackupRow[],
  override: boolean,
): Promise<{ steps: RowStep[]; left: SkippedItem[] }> {
  const steps: RowStep[] = [];
  const left: SkippedItem[] = [];
  for (const entry of rows) {
    const current = await readCurrent(db, entry, false);
    const item = describeRow(entry, current);
    if (!current && entry.row === null) left.push({ item, kind: 'skipped', reason: 'is gone already' });
    else if (!current) steps.push({ kind: 'row', action: 'create', item, current: null, entry });
    else if (current.same) left.push({ item, kind: 'skipped', reason: 'already holds the old value' });
    else if (override || current.digest === entry.after) {
      const action = entry.row === null ? 'delete' : 'update';
      steps.push({ kind: 'row', action, item, current: current.digest, entry });
    } else left.push(changedSince(item));
  }
  return { steps, left };
}

/**
 * Writes old rows back, whole, inside the caller's transaction; columns that the table has gained since get their default
 * or keep their value. What is replaced goes into `writer` first. A row whose unique values somebody has taken is refused.
 */
export async function restoreRows(
  db: Database,
  steps: readonly RowStep[],
  writer: BackupWriter,
): Promise<{ done: RowStep[]; refused: SkippedItem[] }> {
  const done: RowStep[] = [];
  const refused: SkippedItem[] = [];
  for (const step of steps) {
    const current = await readCurrent(db, step.entry, true);
    if ((current?.digest ?? null) !== step.current) {
      refused.push({ item: step.item, kind: 'conflict', reason: 'changed since the plan was made' });
      continue;
    }
    await db.query('SAVEPOINT one_row');
    try {
      if (step.action === 'delete') await deleteRow(db, step.entry, writer);
      else await writeRow(db, step.entry);
      if (current && step.action === 'update') {
        const after = await readCurrent(db, step.entry, false);
        const { table, key } = step.entry;
        await writer.addRow({
          table,
          key,
          row: { jsonb: current.row } satisfies StoredRow,
          after: after?.digest ?? null,
        });
      }
      await db.query('RELEASE SAVEPOINT one_row');
      done.push(step);
    } catch (error) {
      if (!SyncError.is(error, 'database') || error.details?.['sqlstate'] === undefined) throw error;
      await db.query('ROLLBACK TO SAVEPOINT one_row');
      refused.push({ item: step.item, kind: 'conflict', reason: error.message });
    }
  }
  return { done, refused };
}

async function readCurrent(db: Database, entry: BackupRow, lock: boolean): Promise<CurrentRow | undefined> {
  const names = Object.keys(entry.key);
  if (names.length === 0) throw damaged('a row without a key');
  const where = names.map((name, index) => `t.${quote(name)}::text = $${index + 2}`).join(' AND ');
  const { rows } = await db.query<CurrentRow>(
    `SELECT to_jsonb(t)::text AS row, ${rowDigestSql('to_jsonb(t)')} AS digest, coalesce(to_jsonb(t) = $1::jsonb, false) AS same
       FROM ${tableOf(entry)} t WHERE ${where}${lock ? ' FOR UPDATE' : ''}`,
    [entry.row === null ? null : storedText(entry), ...Object.values(entry.key)],
  );
  return rows[0];
}

/** With what goes along with it, all of it into the backup first. Only rows with an id are ever noted as created. */
async function deleteRow(db: Database, entry: BackupRow, writer: BackupWriter): Promise<void> {
  const { id } = entry.key;
  if (id === undefined) throw damaged('a row without an id');
  const table = tableOf(entry);
  await backUpDeletedRows(db, writer, table, [id]);
  await db.query(`DELETE FROM ${table} WHERE id = $1`, [id]);
}

async function writeRow(db: Database, entry: BackupRow): Promise<void> {
  const table = tableOf(entry);
  const row = storedText(entry);
  const { rows } = await db.query<{ name: string }>(
    `SELECT quote_ident(attname) AS name FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND $2::jsonb ? attname::text
      ORDER BY attnum`,
    [table, row],
  );
  const columns = rows.map(({ name }) => name);
  const keys = Object.keys(entry.key).map(quote).join(', ');
  const updates = columns.map((name) => `${name} = EXCLUDED.${name}`).join(', ');
  await db.query(
    `INSERT INTO ${table} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE
     SELECT ${columns.join(', ')} FROM jsonb_populate_record(null::${table}, $1::jsonb)
     ON CONFLICT (${keys}) DO UPDATE SET ${updates}`,
    [row],
  );
}

function describeRow({ table, key, row }: BackupRow, current: CurrentRow | undefined): string {
  const text = row ? storedText({ table, key, row }) : (current?.row ?? '{}');
  const stored: unknown = JSON.parse(text);
  const slug =
    typeof stored === 'object' && stored !== null && 'slug' in stored ? String(stored.slug) : undefined;
  const name =
    slug ??
    Object.entries(key)
      .map(([column, value]) => `${column}=${value}`)
      .join(' ');
  return `${table} ${name}`;
}

function storedText({ row }: Pick<BackupRow, 'table' | 'key' | 'row'>): string {
  const text = row?.['jsonb'];
  if (typeof text !== 'string') throw damaged('a row in an unknown form');
  return text;
}

function tableOf({ table }: BackupRow): string {
  if (tableName.test(table)) return table;
  throw damaged(`a table that cannot be one: ${JSON.stringify(table)}`);
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function damaged(what: string): SyncError {
  return new SyncError('stateCorrupted', `The backup holds ${what}. Nothing was restored.`, {
    hint: 'It was edited or damaged.',
  });
}
