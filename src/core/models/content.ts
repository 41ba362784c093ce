/** One content item: the same value whether it was read from a markdown file or from a row of `markdown_content`. */

/** (source, locale, slug) names an item; (locale, slug) alone is unique in the table (data.md 1.2, C-12, C-16). */
export interface ContentKey {
  readonly sourceId: string;
  readonly locale: string;
  readonly slug: string;
}

export interface ContentLink {
  readonly title: string;
  readonly url: string;
}

/** Every synced field in canonical form. Names are the columns' names. */
export interface ContentFields {
  readonly title: string;
  readonly description: string;
  /** Trimmed of Unicode white space at both ends (data.md 0: U+FEFF is not white space, U+0085 is). */
  readonly body: string;
  readonly author: string;
  /** `YYYY-MM-DD` when it is midnight UTC, else `YYYY-MM-DDTHH:MM:SS.ffffff` in UTC. */
  readonly published_at: string;
  readonly keywords: string;
  readonly kind: string;
  /** null and "" are different values (data.md 1.4). */
  readonly image: string | null;
  readonly category_id: string | null;
  readonly public: boolean;
  readonly links: readonly ContentLink[];
}

export type ContentFieldName = keyof ContentFields;

/** In the order in which they take part in the digest and are listed to people. */
export const contentFieldNames = [
  'title',
  'description',
  'body',
  'author',
  'published_at',
  'keywords',
  'kind',
  'image',
  'category_id',
  'public',
  'links',
] as const satisfies readonly ContentFieldName[];

/** A valid markdown file of a source. */
export interface DiskItem extends ContentKey {
  readonly fields: ContentFields;
  /** Digest of the fields: equal digests mean equal items. */
  readonly digest: string;
  /** Relative to the project's root, with `/`. */
  readonly path: string;
  /** Digest of all of the file's bytes: what a plan checks before it overwrites or deletes the file. */
  readonly fileDigest: string;
}

/** What a scan keeps of a valid file: the fields themselves stay on disk until somebody needs them. */
export interface ScannedFile extends Omit<DiskItem, 'fields'> {
  readonly title: string;
}

/** A row of `markdown_content`. */
export interface RowItem extends ContentKey {
  readonly id: string;
  readonly fields: ContentFields;
  readonly digest: string;
  /** ISO 8601, UTC. */
  readonly updatedAt: string;
  /** Why no file can hold this row, when none can; such a row is never written to disk. */
  readonly unholdable?: string;
}

/** Something in a file that people must look at. Lines and columns count from 1. */
export interface ContentProblem {
  readonly severity: 'error' | 'warning';
  /** Relative to the project's root, with `/`; null when it is about a row. */
  readonly path: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  /** For quick fixes: which rule found it. */
  readonly rule: string;
}

/** One text for a key, unambiguous because the source id carries its length and a locale holds no blank. */
export function contentKeyText(key: ContentKey): string {
  return `${contentKeyPrefix(key.sourceId)}${key.locale} ${key.slug}`;
}

/** What the key texts of one source start with, and no other's do. */
export function contentKeyPrefix(sourceId: string): string {
  return `${sourceId.length}:${sourceId} `;
}
