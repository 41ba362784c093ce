import { netstrings, sha256 } from '../digest';
import type { ContentFields, ContentLink } from '../models/content';
import { trimWhiteSpace, whiteSpaceCodes } from './markdown/trimWhiteSpace';

/**
 * Digest of every synced field: equal digests mean equal items (data.md C-1, C-2). SHA-256, hex, of the netstrings of
 * the fields in the order of `contentFieldNames`; `contentDigestSql` computes the same in Postgres.
 *
 * @param fields canonical values; an untrimmed body is trimmed, as the SQL form does
 */
export function contentDigest(fields: ContentFields): string {
  return digestWithBody(fields, Buffer.from(trimWhiteSpace(fields.body)));
}

/** The same where the trimmed body is at hand in UTF-8. */
export function digestWithBody(fields: Omit<ContentFields, 'body'>, body: Uint8Array): string {
  const before = `${netstrings([fields.title, fields.description])}${body.length}:`;
  const after = `,${netstrings([
    fields.author,
    longPublishedAt(fields.published_at),
    fields.keywords,
    fields.kind,
    fields.image,
    fields.category_id,
    fields.public ? 'true' : 'false',
    linksText(fields.links),
  ])}`;
  return sha256(oneAfterTheOther([before, body, after]));
}

/**
 * Digest of all bytes of a file, in two steps: its body, by far the most of it, is in the item's digest already.
 *
 * @param bytes of the file; @param body a part of them; @param digest of the item that they hold
 */
export function digestOfFile(bytes: Uint8Array, body: Uint8Array, digest: string): string {
  const start = body.byteOffset - bytes.byteOffset;
  const [before, after] = [bytes.subarray(0, start), bytes.subarray(start + body.length)];
  return sha256(oneAfterTheOther([`${digest},${before.length}:`, before, after]));
}

/** One buffer for all: thousands of items would otherwise each leave one behind. */
let joined = Buffer.alloc(0);

/** @returns bytes that are valid until the next call */
function oneAfterTheOther(parts: readonly (string | Uint8Array)[]): Uint8Array {
  let most = 0;
  for (const part of parts) most += typeof part === 'string' ? 3 * part.length : part.length;
  if (joined.length < most) joined = Buffer.allocUnsafe(2 * most);
  let end = 0;
  for (const part of parts) {
    if (typeof part === 'string') end += joined.write(part, end);
    else {
      joined.set(part, end);
      end += part.length;
    }
  }
  return joined.subarray(0, end);
}

/**
 * The reference's `version_hash`, so that other readers of the column agree (data.md 1.5): SHA-256, hex, over
 * title, body, description, author, date and `public` without separators. Never enough to call two items equal.
 */
export function versionHash(fields: ContentFields): string {
  return versionHashWithBody(fields, Buffer.from(trimWhiteSpace(fields.body)));
}

/** The same where the trimmed body is at hand in UTF-8. */
export function versionHashWithBody(fields: Omit<ContentFields, 'body'>, body: Uint8Array): string {
  const after =
    fields.description +
    fields.author +
    referencePublishedAt(fields.published_at) +
    (fields.public ? 'true' : 'false');
  return sha256(oneAfterTheOther([fields.title, body, after]));
}

/** The text that `jsonb::text` has for these links: keys by length, a blank after `:` and `,`. */
export function linksText(links: readonly ContentLink[]): string {
  // JSON.stringify escapes exactly what Postgres escapes: the quote, the backslash and the characters below U+0020.
  const items = links.map(
    (link) => `{"url": ${JSON.stringify(link.url)}, "title": ${JSON.stringify(link.title)}}`,
  );
  return `[${items.join(', ')}]`;
}

function longPublishedAt(publishedAt: string): string {
  return publishedAt.length === 10 ? `${publishedAt}T00:00:00.000000` : publishedAt;
}

/** `2024-01-15 00:00:00 UTC`; a fraction of a second is written with 3 or 6 digits, and left out when it is zero. */
function referencePublishedAt(publishedAt: string): string {
  const [date = '', time = '00:00:00.000000'] = publishedAt.split('T');
  const [seconds = '', fraction = ''] = time.split('.');
  if (/^0*$/.test(fraction)) return `${date} ${seconds} UTC`;
  return `${date} ${seconds}.${fraction.endsWith('000') ? fraction.slice(0, 3) : fraction} UTC`;
}

const whiteSpaceSql = `E'${whiteSpaceCodes.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('')}'`;

/** SQL for the canonical `body` of a row of `markdown_content`. */
export const bodySql = `btrim(body, ${whiteSpaceSql})`;

/**
 * SQL for `published_at` in its long form. Times that no file can hold (before year 1, infinite) have a text of their
 * own, so that they never look equal to a file's.
 */
const longPublishedAtSql =
  `case when isfinite(published_at) ` +
  `then to_char(published_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || ` +
  `case when published_at < timestamptz '0001-01-01 00:00:00+00' then ' BC' else '' end ` +
  `else published_at::text end`;

/** SQL for `ContentFields.published_at` of a row: `YYYY-MM-DD` when it is midnight UTC, else the long form. */
export const publishedAtSql = `regexp_replace(${longPublishedAtSql}, 'T00:00:00[.]000000$', '')`;

/** SQL for the text of a row's links; JSON null means none (data.md 1.1). */
export const linksSql = `case when links is null or links = 'null'::jsonb then '[]' else links::text end`;

/** `btrim` looks at every character of the longest column; most bodies begin and end with a visible ASCII one. */
const quickBodySql =
  `case when ascii(body) between 33 and 126 then ` +
  `case when get_byte(convert_to(body, 'UTF8'), octet_length(convert_to(body, 'UTF8')) - 1) between 33 and 126 ` +
  `then body else ${bodySql} end else ${bodySql} end`;

/**
 * SQL expression over the columns of `markdown_content`: the digest that `contentDigest` gives for the row's fields.
 * The inner queries (`offset 0` keeps them apart) unpack and trim a body once, not each time it is mentioned: half the time.
 */
export const contentDigestSql = `(select ${digestOfBody('trimmed.body')} from (select ${quickBodySql} as body from (select body || '' as body offset 0) unpacked offset 0) trimmed)`;

function digestOfBody(body: string): string {
  return digestSql([
    'title',
    'description',
    body,
    'author',
    longPublishedAtSql,
    'keywords',
    'kind',
    'image',
    'category_id',
    `case when public then 'true' else 'false' end`,
    linksSql,
  ]);
}

function digestSql(expressions: readonly string[]): string {
  const parts = expressions.map(
    // convert_to, because a database may store another encoding than UTF-8 and lengths are in bytes of UTF-8.
    (value) => `coalesce(octet_length(convert_to(${value}, 'UTF8'))::text || ':' || ${value}, '-')`,
  );
  return `encode(sha256(convert_to(${parts.join(` || ',' || `)} || ',', 'UTF8')), 'hex')`;
}
