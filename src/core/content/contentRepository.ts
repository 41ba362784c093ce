import type { ContentFields, ContentKey, RowItem } from '../models/content';
import type { Database } from '../database/connection';
import { readRow, rowColumns, rowDigestColumns, type ContentRow, type RowDigest } from './contentRow';
import { versionHash } from './contentDigest';

/** Bounds the memory, and stays within what Citus and YugabyteDB take at once (design.md). */
export const rowsPerStatement = 1000;

/** A row to be written: the key, and every synced field in canonical form. */
export interface RowToWrite extends ContentKey {
  readonly id: string;
  readonly fields: ContentFields;
}

/** A (slug, locale) that a source outside the compared ones holds (data.md C-16). */
export interface ForeignHolder {
  readonly locale: string;
  readonly slug: string;
  readonly sourceId: string;
}

/** The SQL of `markdown_content`. Every statement is set-based; equality is exact and case-sensitive. */

/** Keys and digests of all rows of a source, in one query; the digests are computed by the server. */
export async function readRowDigests(db: Database, sourceId: string): Promise<readonly RowDigest[]> {
  const { rows } = await db.query<RowDigest>(
    `SELECT ${rowDigestColumns} FROM markdown_content WHERE source_id = $1`,
    [sourceId],
  );
  return rows;
}

/** The rows with these ids; locked until the transaction ends when `forUpdate` is set. */
export async function readRowsById(
  db: Database,
  ids: readonly string[],
  forUpdate = false,
): Promise<RowItem[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<ContentRow>(
    `SELECT ${rowColumns} FROM markdown_content WHERE id = ANY($1::text[]) ORDER BY id${forUpdate ? ' FOR UPDATE' : ''}`,
    [ids],
  );
  return rows.map(readRow);
}

/** The whole rows of these items, as far as there are any. */
export async function readRowsByKey(db: Database, keys: readonly ContentKey[]): Promise<RowItem[]> {
  const { rows } = await db.query<ContentRow>(
    `SELECT ${rowColumns} FROM markdown_content
      WHERE (slug, locale, source_id) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))`,
    [keys.map((key) => key.slug), keys.map((key) => key.locale), keys.map((key) => key.sourceId)],
  );
  return rows.map(readRow);
}

/** Who holds these (slug, locale) pairs, when it is another source: the unique index is over all sources (data.md 1.2). */
export async function findForeignHolders(
  db: Database,
  keys: readonly ContentKey[],
): Promise<ForeignHolder[]> {
  if (keys.length === 0) return [];
  const { rows } = await db.query<ForeignHolder>(
    `SELECT c.slug, c.locale, c.source_id AS "sourceId"
       FROM markdown_content c
       JOIN unnest($1::text[], $2::text[], $3::text[]) AS k(slug, locale, source_id)
         ON c.slug = k.slug AND c.locale = k.locale AND c.source_id <> k.source_id`,
    [keys.map((key) => key.slug), keys.map((key) => key.locale), keys.map((key) => key.sourceId)],
  );
  return rows;
}

/**
 * Updates rows in place: id, slug, locale and source stay (data.md 1.3).
 * @returns the ids that were updated
 */
export async function updateRows(db: Database, rows: readonly RowToWrite[]): Promise<Set<string>> {
  const result = await db.query<{ id: string }>(
    `UPDATE markdown_content c
        SET title = r.title, description = r.description, body = r.body, author = r.author,
            published_at = r.published_at::timestamptz, keywords = r.keywords, kind = r.kind, image = r.image,
            category_id = r.category_id, public = r.public, links = r.links::jsonb, version_hash = r.version_hash,
            updated_at = CURRENT_TIMESTAMP
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                   $9::text[], $10::text[], $11::boolean[], $12::text[], $13::text[])
         AS r(id, title, description, body, author, published_at, keywords, kind, image, category_id, public, links,
              version_hash)
      WHERE c.id = r.id
     RETURNING c.id`,
    columnsOf(rows.map(({ id, fields }) => [id, ...fieldValues(fields)])),
  );
  return new Set(result.rows.map((row) => row.id));
}

/** @returns the ids of the rows that were deleted */
export async function deleteRows(db: Database, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    'DELETE FROM markdown_content WHERE id = ANY($1::text[]) RETURNING id',
    [ids],
  );
  return new Set(rows.map((row) => row.id));
}

/** The synced fields as texts that Postgres takes, with the reference's hash behind them. */
export function fieldValues(fields: ContentFields): (string | null)[] {
  return [
    fields.title,
    fields.description,
    fields.body,
    fields.author,
    toTimestamp(fields.published_at),
    fields.keywords,
    fields.kind,
    fields.image,
    fields.category_id,
    String(fields.public),
    JSON.stringify(fields.links),
    versionHash(fields),
  ];
}

/** One array per column, from rows of the same length. */
export function columnsOf(rows: readonly (readonly (string | null)[])[]): (string | null)[][] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? null));
}

/** The canonical text says UTC without a zone; Postgres would read it in the session's zone. */
function toTimestamp(publishedAt: string): string {
  return publishedAt.length === 10 ? `${publishedAt}T00:00:00Z` : `${publishedAt}Z`;
}
