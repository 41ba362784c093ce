import fc from 'fast-check';
import type { ContentFields } from '../../../src/core/models/content';
import type { ContentSource } from '../../../src/core/content/config/contentSource';
import { trimWhiteSpace } from '../../../src/core/content/markdown/trimWhiteSpace';

export function sampleSource(overrides: Partial<ContentSource> = {}): ContentSource {
  return {
    name: 'docs',
    sourceId: 'documentation',
    directory: '/project/services/content/docs',
    path: 'services/content/docs',
    categoryId: 'guides',
    enabled: true,
    allowedKinds: undefined,
    defaultAuthor: undefined,
    ...overrides,
  };
}

export function sampleFields(overrides: Partial<ContentFields> = {}): ContentFields {
  return {
    title: 'Hello World',
    description: 'Desc',
    body: 'Body text',
    author: 'Ann',
    published_at: '2024-01-15',
    keywords: 'a, b',
    kind: 'guide',
    image: null,
    category_id: 'guides',
    public: true,
    links: [],
    ...overrides,
  };
}

/** A valid file whose lines can be replaced or, with undefined, left out; further keys are appended. */
export function sampleFile(
  lines: Readonly<Record<string, string | undefined>> = {},
  body = 'Body text',
): string {
  const all = {
    title: 'Hello',
    slug: 'hello',
    kind: 'guide',
    author: 'Ann',
    published_at: '2024-01-15',
    ...lines,
  };
  const written = Object.entries(all).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${value}\n`],
  );
  return `---\n${written.join('')}---\n\n${body}\n`;
}

/** Texts with everything that YAML, JSON and Postgres treat specially, without what Postgres cannot hold. */
export const anyText = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({
      unit: fc.constantFrom(...'ab:#-?[]{}"\'\\|>&*!%@`,=~<. \n\t\r\u0001\u007f\u0085\u00a0\u2028\ufeff'),
      maxLength: 12,
    }),
    fc.constantFrom(
      '',
      'true',
      'null',
      '~',
      '007',
      '1.5',
      '2024-01-15',
      '---',
      '- a',
      'a: b',
      'a #b',
      ' x ',
      'yes',
      '.inf',
    ),
  )
  .map((text) => text.replaceAll('\0', ''));

export const nonBlankText = anyText.filter((text) => trimWhiteSpace(text) !== '');

const day = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

/** Canonical fields that a file can hold. */
export const anyFields: fc.Arbitrary<ContentFields> = fc.record({
  title: nonBlankText,
  description: anyText,
  body: anyText.map(trimWhiteSpace),
  author: nonBlankText,
  published_at: day,
  keywords: anyText,
  kind: anyText,
  image: fc.option(anyText),
  category_id: anyText,
  public: fc.boolean(),
  links: fc.array(fc.record({ title: anyText, url: anyText }), { maxLength: 3 }),
});
