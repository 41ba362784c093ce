import { frontmatterFact, type FrontmatterKey } from '../../core/content/language/frontmatterFacts';
import type { Translate } from '../translate';
import { keyMarkdown } from './keyFacts';

/** What a frontmatter key means, as Markdown; undefined for the user's own keys. */
export function frontmatterKeyText(t: Translate, path: readonly string[]): string | undefined {
  const [key = '', inner] = path;
  if (inner !== undefined) return linkKeyText(t, key, inner);
  const fact = frontmatterFact(key);
  if (fact === undefined) return undefined;
  const { type, required } = fact;
  const description = descriptions(t)[key as FrontmatterKey];
  const text = keyMarkdown(t, key, description, {
    type,
    required: required === true,
    default: typeof fact.default === 'string' ? fact.default : undefined,
  });
  const stored =
    fact.column === null
      ? t('Not stored in the database.')
      : t('Stored in {0}.', `\`markdown_content.${fact.column}\``);
  return `${text}\n\n${stored}`;
}

function descriptions(t: Translate): Readonly<Record<FrontmatterKey, string>> {
  return {
    title: t('The heading of the page. Must not be blank.'),
    description: t('A short text for lists, search results and previews.'),
    author: t('Who wrote it. May be left out only when the content config names a default_author.'),
    slug: t(
      'The address of the page within its source: a-z, 0-9 and hyphens, with slashes between segments. Unique for each locale over all sources.',
    ),
    keywords: t('Words for search, as one text with commas; a list is not accepted.'),
    image: t('The path or URL of a picture. An empty text and no value are two different things.'),
    kind: t('What sort of content it is. Files whose kind their source does not allow take no part.'),
    category: t('The id of a category. When it is left out, the category_id of the source counts.'),
    public: t('Whether visitors may see the page.'),
    published_at: t('The day of publication, as YYYY-MM-DD; stored as midnight UTC.'),
    locale: t('The language of the text, such as en or pt-BR.'),
    links: t('Links of the page; each has a title and a url.'),
    tags: t('Read as a list of texts, and kept in the file only.'),
  };
}

function linkKeyText(t: Translate, key: string, inner: string): string | undefined {
  const description =
    inner === 'title' ? t('The text of the link.') : inner === 'url' ? t('Where the link leads.') : undefined;
  if (key !== 'links' || description === undefined) return undefined;
  return keyMarkdown(t, inner, description, { type: 'text', required: true });
}
