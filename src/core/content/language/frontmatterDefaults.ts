import type { FixContext } from './contentFix';
import { slugOfPath } from './suggestSlug';

/** Frontmatter keys without which a file is invalid (data.md 1.4), in the order in which they are checked. */
export const requiredKeys: readonly string[] = ['title', 'slug', 'published_at', 'kind'];

/** Kinds that the server names; a source that lists none takes any text. */
export const knownKinds: readonly string[] = ['article', 'guide', 'tutorial', 'paper'];

/** @param context with the text below the frontmatter: its first heading is a title */
export type DefaultsContext = FixContext & { readonly body: string };

/** What to write for a key that is missing or empty; undefined when nothing can be known. */
export function defaultOf(key: string, context: DefaultsContext): string | undefined {
  const { source, path, today, body } = context;
  switch (key) {
    case 'title':
      return firstHeading(body) ?? asTitle(slugOfPath(path, source.path));
    case 'slug':
      return slugOfPath(path, source.path);
    case 'published_at':
      return today;
    case 'kind':
      return defaultKind(source.allowedKinds);
    case 'author':
      return source.defaultAuthor;
    case 'locale':
      return 'en';
    case 'description':
    case 'keywords':
      return '';
    default:
      return undefined;
  }
}

function defaultKind(allowed: readonly string[] = knownKinds): string | undefined {
  return allowed.includes('article') ? 'article' : allowed[0];
}

function firstHeading(body: string): string | undefined {
  const heading = /^# +(.+?)(?:[ \t]+#*)?[ \t]*\r?$/m.exec(body)?.[1]?.trim();
  return heading === '' ? undefined : heading;
}

function asTitle(slug: string | undefined): string | undefined {
  const words = slug?.replace(/[-/]+/g, ' ').trim();
  return words ? words.charAt(0).toUpperCase() + words.slice(1) : undefined;
}
