import type { ContentFields, ContentKey, ContentLink, RowItem } from '../models/content';
import { bodySql, contentDigestSql, linksSql, publishedAtSql } from './contentDigest';

/** What the database says of a row without sending it: enough to tell whether it equals a file. */
export interface RowDigest extends ContentKey {
  readonly id: string;
  readonly kind: string;
  readonly digest: string;
}

export const rowDigestColumns = `id, source_id AS "sourceId", locale, slug, kind, ${contentDigestSql} AS digest`;

/** A row as `rowColumns` selects it: times and JSON as text, so that nothing is rounded on the way. */
export interface ContentRow {
  readonly id: string;
  readonly slug: string;
  readonly locale: string;
  readonly source_id: string;
  readonly title: string;
  readonly description: string;
  readonly body: string;
  readonly author: string;
  readonly published_at: string;
  readonly keywords: string;
  readonly kind: string;
  readonly image: string | null;
  readonly category_id: string | null;
  readonly public: boolean;
  readonly links: string;
  readonly digest: string;
  readonly updated_at: string;
}

export const rowColumns = `id, slug, locale, source_id, title, description, ${bodySql} AS body, author,
  ${publishedAtSql} AS published_at, keywords, kind, image, category_id, public, ${linksSql} AS links,
  ${contentDigestSql} AS digest, to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS updated_at`;

/** A row in canonical form: every synced field, whatever `version_hash` claims (data.md C-2, C-25). */
export function readRow(row: ContentRow): RowItem {
  const links = readLinks(row.links);
  const fields: ContentFields = {
    title: row.title,
    description: row.description,
    body: row.body,
    author: row.author,
    published_at: row.published_at,
    keywords: row.keywords,
    kind: row.kind,
    image: row.image,
    category_id: row.category_id,
    public: row.public,
    // Links of another shape are shown as they are, so that they never look like a file's.
    links: links ?? [{ title: row.links, url: '' }],
  };
  return {
    id: row.id,
    sourceId: row.source_id,
    locale: row.locale,
    slug: row.slug,
    fields,
    digest: row.digest,
    updatedAt: row.updated_at,
    ...(links === undefined && { unholdable: 'its links are not a list of {title, url}' }),
  };
}

/** @returns undefined when the JSON is not a list of exactly `{title, url}` texts */
function readLinks(text: string): ContentLink[] | undefined {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) return undefined;
  const links: ContentLink[] = [];
  for (const entry of value as unknown[]) {
    if (typeof entry !== 'object' || entry === null || Object.keys(entry).length !== 2) return undefined;
    const { title, url } = entry as Record<string, unknown>;
    if (typeof title !== 'string' || typeof url !== 'string') return undefined;
    links.push({ title, url });
  }
  return links;
}
