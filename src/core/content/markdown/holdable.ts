import type { ContentFields, ContentKey } from '../../models/content';
import type { SourceGroup } from '../config/contentConfig';
import { dateFault, isLocale, slugFault, textFault } from './contentRules';
import { trimWhiteSpace } from './trimWhiteSpace';

/** What of a row decides whether a file can hold it. */
export interface HoldableRow extends Pick<ContentKey, 'slug' | 'locale'> {
  readonly fields: ContentFields;
}

/**
 * Why no markdown file of the group can say what the row says, or undefined when one can. Such a row is shown and
 * never written to disk: the file would read back as something else (data.md C-6, C-7, C-23).
 *
 * @returns the reason as the end of a sentence
 */
export function whyUnholdable(row: HoldableRow, group: Pick<SourceGroup, 'members'>): string | undefined {
  const { slug, locale, fields } = row;
  const slugReason = slugFault(slug);
  if (slugReason) return `its slug "${slug}" ${slugReason}`;
  if (!isLocale(locale)) return `its locale "${locale}" is no locale code`;
  if (isBlank(fields.title)) return 'its title is blank';
  if (isBlank(fields.author)) return 'its author is blank';
  if (fields.category_id === null)
    return 'it has no category, and a file without one gets the category of its source';
  if (/^\d{4}-\d{2}-\d{2}T/.test(fields.published_at)) {
    return `its published_at has a time of day (${fields.published_at}), and a file holds only the day`;
  }
  if (dateFault(fields.published_at))
    return `its published_at (${fields.published_at}) is no day that a file can hold`;
  const { members } = group;
  const takesKind = members.some(({ allowedKinds }) => allowedKinds?.includes(fields.kind) ?? true);
  if (members.length > 0 && !takesKind) return `its kind "${fields.kind}" is not allowed in this source`;
  const wrong = textsOf(fields).find(([, text]) => textFault(text) !== undefined);
  return wrong && `its ${wrong[0]} holds a character that the file cannot`;
}

function textsOf(fields: ContentFields): (readonly [string, string])[] {
  const { title, description, body, author, keywords, kind, image, category_id, links } = fields;
  const columns = Object.entries({ title, description, body, author, keywords, kind, image, category_id });
  const texts = columns.map(([name, value]) => [name, value ?? ''] as const);
  return [
    ...texts,
    ...links.flatMap((link) => [['links', link.title] as const, ['links', link.url] as const]),
  ];
}

function isBlank(text: string): boolean {
  return trimWhiteSpace(text) === '';
}
