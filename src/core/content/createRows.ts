import type { Database } from '../database/connection';
import { writeRows } from '../database/copyStreams';
import { columnsOf, fieldValues, rowsPerStatement, type RowToWrite } from './contentRepository';

/**
 * Writes rows with the given new ids, as they come.
 * @returns the ids that were written
 * @throws SyncError `database`, `cancelled`, and what `rows` throws; the transaction is of no use afterwards
 */
export type RowCreator = (db: Database, rows: AsyncIterable<RowToWrite>) => Promise<ReadonlySet<string>>;

const columns = `id, slug, locale, source_id, title, description, body, author, published_at, keywords, kind, image,
  category_id, public, links, version_hash, updated_at`;

/** What a row's time becomes; Postgres reads this text as the transaction's own time. */
const now = 'now';

/**
 * SQLSTATEs of what keeps COPY from a table and `INSERT … ON CONFLICT` not: a key that somebody holds by now, row-level
 * security, a view.
 */
export const beyondCopy: ReadonlySet<string> = new Set(['23505', '0A000', '42809']);

/**
 * All rows in one statement: the server works while the next rows are read, and a distant one is asked once. Fails with one
 * of `beyondCopy` where `insertRows` would go on.
 */
export const copyRows: RowCreator = async (db, rows) => {
  const ids: string[] = [];
  async function* values() {
    for await (const row of rows) {
      ids.push(row.id);
      yield valuesOf(row);
    }
  }
  const count = await writeRows(db, `markdown_content (${columns})`, values());
  return count === ids.length ? new Set(ids) : existingIds(db, ids);
};

/** The same where a (slug, locale) may be somebody's by now: it is left alone, and missing from the answer. */
export const insertRows: RowCreator = async (db, rows) => {
  const done = new Set<string>();
  let batch: RowToWrite[] = [];
  const insert = async () => {
    for (const id of await insertBatch(db, batch)) done.add(id);
    batch = [];
  };
  for await (const row of rows) {
    batch.push(row);
    if (batch.length === rowsPerStatement) await insert();
  }
  if (batch.length > 0) await insert();
  return done;
};

async function insertBatch(db: Database, rows: readonly RowToWrite[]): Promise<string[]> {
  const result = await db.query<{ id: string }>(
    `INSERT INTO markdown_content (${columns})
     SELECT id, slug, locale, source_id, title, description, body, author, published_at::timestamptz, keywords,
            kind, image, category_id, public, links::jsonb, version_hash, updated_at::timestamptz
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                   $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::boolean[], $15::text[],
                   $16::text[], $17::text[])
         AS r(${columns})
     ON CONFLICT (slug, locale) DO NOTHING
     RETURNING id`,
    columnsOf(rows.map(valuesOf)),
  );
  return result.rows.map(({ id }) => id);
}

/** In the order of `columns`. */
function valuesOf({ id, slug, locale, sourceId, fields }: RowToWrite): (string | null)[] {
  return [id, slug, locale, sourceId, ...fieldValues(fields), now];
}

/** A trigger may have kept some of them from being written. */
async function existingIds(db: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ id: string }>(
    'SELECT id FROM markdown_content WHERE id = ANY($1::text[])',
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}
