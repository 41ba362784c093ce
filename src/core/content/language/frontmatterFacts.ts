import type { frontmatterKeys } from '../markdown/frontmatterFields';

export type FrontmatterKey = (typeof frontmatterKeys)[number];

/** What data.md 1.4 says of a frontmatter key. */
export interface FrontmatterFact {
  readonly type: 'text' | 'boolean' | 'links' | 'texts';
  /** `orDefaultAuthor`: required unless the config names a `default_author`. */
  readonly required: boolean | 'orDefaultAuthor';
  /** What counts when the key is absent, as it would be written; `source`: the source's `category_id`. */
  readonly default?: string | { readonly from: 'source' };
  /** Column of `markdown_content`; null for what is in no table. */
  readonly column: string | null;
}

export const frontmatterFacts: Readonly<Record<FrontmatterKey, FrontmatterFact>> = {
  title: { type: 'text', required: true, column: 'title' },
  description: { type: 'text', required: false, default: '""', column: 'description' },
  author: { type: 'text', required: 'orDefaultAuthor', column: 'author' },
  slug: { type: 'text', required: true, column: 'slug' },
  keywords: { type: 'text', required: false, default: '""', column: 'keywords' },
  image: { type: 'text', required: false, default: 'null', column: 'image' },
  kind: { type: 'text', required: true, column: 'kind' },
  category: { type: 'text', required: false, default: { from: 'source' }, column: 'category_id' },
  public: { type: 'boolean', required: false, default: 'true', column: 'public' },
  published_at: { type: 'text', required: true, column: 'published_at' },
  locale: { type: 'text', required: false, default: 'en', column: 'locale' },
  links: { type: 'links', required: false, default: '[]', column: 'links' },
  tags: { type: 'texts', required: false, default: '[]', column: null },
};

/** Undefined for the user's own keys, which are kept and not read. */
export function frontmatterFact(key: string): FrontmatterFact | undefined {
  return Object.hasOwn(frontmatterFacts, key) ? frontmatterFacts[key as FrontmatterKey] : undefined;
}
