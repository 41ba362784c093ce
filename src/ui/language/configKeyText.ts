import { configKeyAt, configPathText } from '../../core/content/language/configKeys';
import type { Translate } from '../translate';
import { keyMarkdown } from './keyFacts';

/** What a key of the content config means, as Markdown; undefined for keys that it does not know. */
export function configKeyText(t: Translate, path: readonly string[]): string | undefined {
  const key = configKeyAt(path);
  const description = configKeyDescriptions(t)[configPathText(path)];
  if (key === undefined || description === undefined) return undefined;
  const { type, required = false } = key;
  return keyMarkdown(t, path.at(-1) ?? '', description, { type, required, default: key.default });
}

/** By path, with `*` for names that a project chooses. The JSON Schema says the same; a test holds them together. */
export function configKeyDescriptions(t: Translate): Readonly<Record<string, string>> {
  return {
    content_sources: t('The content sources by name. Each is a directory of Markdown files.'),
    'content_sources.*': t('A content source.'),
    'content_sources.*.path': t(
      'The directory of the source. A relative path starts at the services directory.',
    ),
    'content_sources.*.source_id': t(
      'The id of the source in the database. Sources that share an id are compared as one.',
    ),
    'content_sources.*.category_id': t(
      'The category of files that name none themselves: an id listed under categories.',
    ),
    'content_sources.*.enabled': t('Whether the source takes part.'),
    'content_sources.*.description': t('What the source holds, for people.'),
    'content_sources.*.allowed_content_types': t(
      'The kinds that take part. Without this key every kind does; with an empty list none does.',
    ),
    'content_sources.*.indexing': t('How the server reads the directory when it imports content itself.'),
    'content_sources.*.indexing.clear_before': t('Part of the format; the server does not read it.'),
    'content_sources.*.indexing.recursive': t(
      'Whether the server looks into directories below. Systemprompt Sync always does.',
    ),
    'content_sources.*.indexing.override_existing': t(
      'Whether the import of the server replaces rows that differ. Systemprompt Sync shows them and asks.',
    ),
    'content_sources.*.sitemap': t('How the pages of the source are listed in the sitemap.'),
    'content_sources.*.sitemap.enabled': t('Whether the pages are listed in the sitemap.'),
    'content_sources.*.sitemap.url_pattern': t('The address of a page; {0} stands for its slug.', '{slug}'),
    'content_sources.*.sitemap.priority': t('The priority in the sitemap, from 0 to 1.'),
    'content_sources.*.sitemap.changefreq': t(
      'How often a page changes, in the words of the sitemap protocol.',
    ),
    'content_sources.*.sitemap.fetch_from': t('Where the list of pages comes from.'),
    'content_sources.*.sitemap.parent_route': t('The page that lists the pages of the source.'),
    'content_sources.*.sitemap.parent_route.enabled': t('Whether that page is listed in the sitemap.'),
    'content_sources.*.sitemap.parent_route.url': t('The address of that page.'),
    'content_sources.*.sitemap.parent_route.priority': t('The priority in the sitemap, from 0 to 1.'),
    'content_sources.*.sitemap.parent_route.changefreq': t(
      'How often a page changes, in the words of the sitemap protocol.',
    ),
    'content_sources.*.branding': t('How the source presents itself on its pages.'),
    'content_sources.*.branding.name': t('The name that visitors see.'),
    'content_sources.*.branding.description': t('A short text for search results and previews.'),
    'content_sources.*.branding.image': t('The path or URL of a picture for previews.'),
    'content_sources.*.branding.keywords': t('Words for search, as one text with commas.'),
    categories: t('The categories by id.'),
    'categories.*': t('A category.'),
    'categories.*.name': t('The name that visitors see.'),
    'categories.*.description': t('What the category holds.'),
    metadata: t('What holds for the content of all sources.'),
    'metadata.default_author': t('The author of files that name none.'),
    'metadata.structured_data': t('Data about pages for search engines.'),
    'metadata.structured_data.organization': t('Who publishes the pages.'),
    'metadata.structured_data.organization.name': t('The name of the organization.'),
    'metadata.structured_data.organization.url': t('The address of the organization.'),
    'metadata.structured_data.organization.logo': t('The path or URL of its logo.'),
    'metadata.structured_data.article': t('How articles are described.'),
    'metadata.structured_data.article.type': t('The schema.org type of an article.'),
    'metadata.structured_data.article.article_section': t('The section that articles belong to.'),
  };
}
