import * as z from 'zod/mini';

// An empty scalar is an empty text to the server; only what is required must be there.
const optionalText = z.nullish(z.string());
const text = z.string();

const sitemapRoute = z.object({ enabled: z.boolean(), url: text, priority: z.number(), changefreq: text });

/** One entry of `content_sources` (data.md 2.2). */
export const sourceSchema = z.object({
  path: text,
  source_id: text,
  category_id: text,
  enabled: z.boolean(),
  description: optionalText,
  allowed_content_types: z.nullish(z.array(text)),
  indexing: z.nullish(
    z.object({
      clear_before: z.optional(z.boolean()),
      recursive: z.optional(z.boolean()),
      override_existing: z.optional(z.boolean()),
    }),
  ),
  sitemap: z.nullish(
    z.object({
      enabled: z.boolean(),
      url_pattern: text,
      priority: z.number(),
      changefreq: text,
      fetch_from: optionalText,
      parent_route: z.nullish(sitemapRoute),
    }),
  ),
  branding: z.nullish(
    z.object({ name: optionalText, description: optionalText, image: optionalText, keywords: optionalText }),
  ),
});

export type RawSource = z.infer<typeof sourceSchema>;

/** The keys of a source and of its mappings, by the path of the mapping inside the source. */
export const sourceKeys: readonly { readonly at: readonly string[]; readonly keys: readonly string[] }[] = [
  { at: [], keys: Object.keys(sourceSchema.shape) },
  { at: ['indexing'], keys: ['clear_before', 'recursive', 'override_existing'] },
  {
    at: ['sitemap'],
    keys: ['enabled', 'url_pattern', 'priority', 'changefreq', 'fetch_from', 'parent_route'],
  },
  { at: ['sitemap', 'parent_route'], keys: Object.keys(sitemapRoute.shape) },
  { at: ['branding'], keys: ['name', 'description', 'image', 'keywords'] },
];

export const topLevelKeys: readonly string[] = ['content_sources', 'metadata', 'categories'];

const expectations: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  number: 'a number',
  array: 'a list',
  object: 'a mapping',
};

/** What a wrong value should have been, in words. */
export function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type') return 'another value';
  return expectations[issue.expected] ?? issue.expected;
}
