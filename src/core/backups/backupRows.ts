import type { Database } from '../database/connection';
import type { BackupWriter } from '../state/backupStore';

/** A foreign key that points at the table whose rows are about to go. */
interface Dependent {
  readonly table: string;
  readonly column: string;
  readonly columnName: string;
  readonly key: readonly string[];
  /** `c`: the rows are deleted with it; `n`: the column becomes null. */
  readonly on_delete: string;
}

interface OldRow {
  readonly row: StoredRow;
  readonly key: Record<string, string>;
  readonly after: string | null;
}

/**
 * A row as Postgres' own JSON text. It is kept as text: parsing it would round numbers that JavaScript cannot hold.
 */
export type StoredRow = { readonly jsonb: string };

/** SHA-256, hex, of a row as Postgres writes it: the same for the same row on every server. */
export const rowDigestSql = (row: string) => `encode(sha256(convert_to((${row})::text, 'UTF8')), 'hex')`;

/**
 * Puts rows that are about to be updated into the backup. Call it after the UPDATE was done in the same transaction:
 * `before` is what `captureRows` read first, and `after` tells a later restore whether somebody changed the row since.
 */
export async function backUpUpdatedRows(
  db: Database,
  writer: BackupWriter,
  table: string,
  before: ReadonlyMap<string, StoredRow>,
): Promise<void> {
  const { rows } = await db.query<{ id: string; after: string }>(
    `SELECT id, ${rowDigestSql('to_jsonb(t)')} AS after FROM ${table} t WHERE id = ANY($1::text[])`,
    [[...before.keys()]],
  );
  const digests = new Map(rows.map(({ id, after }) => [id, after]));
  for (const [id, row] of before) {
    await writer.addRow({ table, key: { id }, row, after: digests.get(id) ?? null });
  }
}

/** Notes rows that were just inserted as missing before: a restore deletes those that nobody has changed since. */
export async function backUpCreatedRows(
  db: Database,
  writer: BackupWriter,
  table: string,
  ids: readonly string[],
): Promise<void> {
  const { rows } = await db.query<{ id: string; after: string }>(
    `SELECT id, ${rowDigestSql('to_jsonb(t)')} AS after FROM ${table} t WHERE id = ANY($1::text[])`,
    [ids],
  );
  for (const { id, after } of rows) await writer.addRow({ table, key: { id }, row: null, after });
}

/** The rows as they are now, by id, whole (columns we do not sync included). */
export async function captureRows(
  db: Database,
  table: string,
  ids: readonly string[],
): Promise<Map<string, StoredRow>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<{ id: string; row: string }>(
    `SELECT id, to_jsonb(t)::text AS row FROM ${table} t WHERE id = ANY($1::text[])`,
    [ids],
  );
  return new Map(rows.map(({ id, row }) => [id, { jsonb: row }]));
}

/**
 * Puts rows that are about to be deleted into the backup, together with the rows of other tables that go with them
 * (ON DELETE CASCADE) or lose their link (SET NULL): deleting a content row takes its metrics and attachments along
 * (data.md 1.2), and nothing may be lost.
 *
 * @returns how many rows of other tables are affected, by table, for the report
 */
export async function backUpDeletedRows(
  db: Database,
  writer: BackupWriter,
  table: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  for (const [id, row] of await captureRows(db, table, ids))
    await writer.addRow({ table, key: { id }, row, after: null });
  const affected = new Map<string, number>();
  for (const dependent of await findDependents(db, table)) {
    const rows = await readDependentRows(db, dependent, ids);
    for (const row of rows) await writer.addRow({ table: dependent.table, ...row });
    if (rows.length > 0) affected.set(dependent.table, (affected.get(dependent.table) ?? 0) + rows.length);
  }
  return affected;
}

/** Names come quoted from the catalog, so they can stand in SQL as they are. */
async function findDependents(db: Database, table: string): Promise<Dependent[]> {
  const { rows } = await db.query<Dependent>(
    `SELECT c.conrelid::regclass::text AS table, quote_ident(a.attname) AS column, a.attname::text AS "columnName", c.confdeltype::text AS on_delete,
            array(SELECT k.attname::text FROM pg_index i JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY(i.indkey)
                   WHERE i.indrelid = c.conrelid AND i.indisprimary ORDER BY k.attnum) AS key
       FROM pg_constraint c
       JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
      WHERE c.contype = 'f' AND c.confrelid = $1::regclass AND cardinality(c.conkey) = 1 AND c.confdeltype IN ('c', 'n')
      ORDER BY 1, 2`,
    [table],
  );
  return rows;
}

async function readDependentRows(
  db: Database,
  dependent: Dependent,
  ids: readonly string[],
): Promise<OldRow[]> {
  const { table, column, columnName, key, on_delete } = dependent;
  const unlinked = `to_jsonb(t) || jsonb_build_object($2::text, null)`;
  const keyText = `(SELECT jsonb_object_agg(k, to_jsonb(t) ->> k) FROM unnest($3::text[]) AS k)`;
  const { rows } = await db.query<{ row: string; after: string; key: Record<string, string> }>(
    `SELECT to_jsonb(t)::text AS row, ${rowDigestSql(unlinked)} AS after, ${keyText} AS key
       FROM ${table} t WHERE t.${column}::text = ANY($1::text[])`,
    [ids, columnName, key],
  );
  return rows.map(({ row, after, key: values }) => ({
    row: { jsonb: row },
    key: values,
    after: on_delete === 'n' ? after : null,
  }));
}
