import type { Database } from '../database/connection';
import { binaryBoolean, binaryJson, binaryTimestamp, type BinaryValue } from '../database/binaryRows';
import { writeBinaryRows } from '../database/copyStreams';
import type { ContentKey } from '../models/content';
import { versionHashWithBody } from './contentDigest';
import { columnsOf, fieldValues, rowsPerStatement } from './contentRepository';
import type { UndecodedItem } from './markdown/parseMarkdown';

/** A row as a file gives it. Its body is valid until the next one is asked for. */
export interface NewRow extends ContentKey, Pick<UndecodedItem, 'fields' | 'body'> {
  readonly id: string;
}

/**
 * Writes rows with the given new ids, as they come.
 * @param rows undefined is no row, only a chance to breathe
 * @param breathe called between two rows, and waited for where it gives a promise
 * @returns the ids that were written
 * @throws SyncError `database`, `cancelled`, and what `rows` throws; the transaction is of no use afterwards
 */
export type RowCreator = (
  db: Database,
  rows: Iterable<NewRow | undefined>,
  breathe: () => Promise<void> | undefined,
) => Promise<ReadonlySet<string>>;

const columns = `id, slug, locale, source_id, title, description, body, author, published_at, keywords, kind, image,
  category_id, public, links, version_hash`;

/**
 * SQLSTATEs of what keeps COPY from a table and `INSERT … ON CONFLICT` not: a key that somebody holds by now, row-level
 * security, a view, a column whose type or default is not the server's own.
 */
export const beyondCopy: ReadonlySet<string> = new Set([
  '23505',
  '0A000',
  '42809',
  '22P02',
  '22P03',
  '23502',
]);

/**
 * All rows in one statement: the server works while the next rows are read, and a distant one is asked once. Fails with one
 * of `beyondCopy` where `insertRows` would go on.
 */
export const copyRows: RowCreator = async (db, rows, breathe) => {
  const ids: string[] = [];
  function* values() {
    for (const row of rows) {
      if (row) ids.push(row.id);
      yield row && binaryValues(row);
    }
  }
  const count = await writeBinaryRows(db, `markdown_content (${columns})`, values(), breathe);
  return count === ids.length ? new Set(ids) : existingIds(db, ids);
};

/** The same where a (slug, locale) may be somebody's by now: it is left alone, and missing from the answer. */
export const insertRows: RowCreator = async (db, rows, breathe) => {
  const done = new Set<string>();
  let batch: (string | null)[][] = [];
  const insert = async () => {
    for (const id of await insertBatch(db, batch)) done.add(id);
    batch = [];
  };
  for (const row of rows) {
    if (row) batch.push(textValues(row));
    if (batch.length === rowsPerStatement) await insert();
    const pause = breathe();
    if (pause) await pause;
  }
  if (batch.length > 0) await insert();
  return done;
};

async function insertBatch(db: Database, rows: readonly (readonly (string | null)[])[]): Promise<string[]> {
  const result = await db.query<{ id: string }>(
    `INSERT INTO markdown_content (${columns}, updated_at)
     SELECT id, slug, locale, source_id, title, description, body, author, published_at::timestamptz, keywords,
            kind, image, category_id, public, links::jsonb, version_hash, CURRENT_TIMESTAMP
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                   $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::boolean[], $15::text[],
                   $16::text[])
         AS r(${columns})
     ON CONFLICT (slug, locale) DO NOTHING
     RETURNING id`,
    columnsOf(rows),
  );
  return result.rows.map(({ id }) => id);
}

/** In the order of `columns`. */
function textValues({ id, slug, locale, sourceId, fields, body }: NewRow): (string | null)[] {
  return [id, slug, locale, sourceId, ...fieldValues({ ...fields, body: body.toString('utf8') })];
}

/** The same, for COPY. */
function binaryValues({ id, slug, locale, sourceId, fields, body }: NewRow): BinaryValue[] {
  return [
    id,
    slug,
    locale,
    sourceId,
    fields.title,
    fields.description,
    body,
    fields.author,
    binaryTimestamp(fields.published_at),
    fields.keywords,
    fields.kind,
    fields.image,
    fields.category_id,
    binaryBoolean(fields.public),
    binaryJson(JSON.stringify(fields.links)),
    versionHashWithBody(fields, body),
  ];
}

/** A trigger may have kept some of them from being written. */
async function existingIds(db: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ id: string }>(
    'SELECT id FROM markdown_content WHERE id = ANY($1::text[])',
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}
