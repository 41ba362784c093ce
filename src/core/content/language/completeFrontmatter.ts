import { frontmatterKeys } from '../markdown/frontmatterFields';
import { valueCompletions, type Completion } from './completion';
import type { FixContext } from './contentFix';
import { frontmatterCursor } from './frontmatterCursor';
import { defaultOf, knownKinds, requiredKeys } from './frontmatterDefaults';

export interface CompletionContext extends FixContext {
  /** Ids of the config's `categories`. */
  readonly categories: readonly string[];
}

/** Locales that are common; every other that fits the rule is allowed too. */
const commonLocales = [
  'en',
  'en-GB',
  'en-US',
  'de',
  'es',
  'fr',
  'it',
  'nl',
  'pl',
  'pt',
  'pt-BR',
  'ja',
  'zh-CN',
];

/** How keys that are no plain text start; `links` and `tags` are lists. */
const starts: Readonly<Record<string, string>> = {
  public: 'public: ${1|true,false|}',
  links: 'links:\n  - title: $1\n    url: $2',
  tags: 'tags: [$1]',
};

/** What can be written at an offset of a content file: keys that are not there yet, and values that are known. */
export function completeFrontmatter(text: string, offset: number, context: CompletionContext): Completion[] {
  const cursor = frontmatterCursor(text, offset);
  if (cursor === undefined) return [];
  if (cursor.at === 'value') {
    return valueCompletions(valuesOf(cursor.key, context), cursor.span, text);
  }
  const names = cursor.inside === 'links' ? ['title', 'url'] : keysInOrder;
  return names
    .filter((name) => !cursor.present.has(name))
    .map((name) => ({
      kind: 'key',
      label: name,
      insert: cursor.hasColon ? name : (topLevelStart(name, cursor.inside) ?? `${name}: `),
      isSnippet: !cursor.hasColon && topLevelStart(name, cursor.inside) !== undefined,
      replace: cursor.span,
      filter: name,
    }));
}

/** What makes a file valid comes first. */
const keysInOrder = [...requiredKeys, ...frontmatterKeys.filter((key) => !requiredKeys.includes(key))];

function topLevelStart(name: string, inside: 'links' | undefined): string | undefined {
  return inside === undefined ? starts[name] : undefined;
}

function valuesOf(key: string, context: CompletionContext): readonly string[] {
  switch (key) {
    case 'kind':
      return context.source.allowedKinds ?? knownKinds;
    case 'category':
      return context.categories;
    case 'public':
      return ['true', 'false'];
    case 'locale':
      return commonLocales;
    case 'slug':
    case 'author':
    case 'published_at': {
      const value = defaultOf(key, { ...context, body: '' });
      return value === undefined ? [] : [value];
    }
    default:
      return [];
  }
}
