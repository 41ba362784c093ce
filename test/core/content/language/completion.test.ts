import { describe, expect, it } from 'vitest';
import { completeConfig } from '../../../../src/core/content/language/completeConfig';
import { completeFrontmatter } from '../../../../src/core/content/language/completeFrontmatter';
import type { Completion } from '../../../../src/core/content/language/completion';
import { configKeyUnder, frontmatterKeyAt } from '../../../../src/core/content/language/hoverTarget';
import { applyEdit } from '../../../../src/core/yaml/textEdit';
import { sampleSource } from '../contentSamples';

/** A text with `|` where the cursor is. */
function atCursor(marked: string): [text: string, offset: number] {
  const offset = marked.indexOf('|');
  return [marked.slice(0, offset) + marked.slice(offset + 1), offset];
}

const labels = (found: readonly Completion[]) => found.map(({ label }) => label);

function accepted(marked: string, label: string, complete: (marked: string) => Completion[]): string {
  const found = complete(marked).find((each) => each.label === label);
  if (found === undefined) throw new Error(`${label} is not proposed`);
  return applyEdit(atCursor(marked)[0], { ...found.replace, text: found.insert });
}

describe('completion in frontmatter', () => {
  const complete = (marked: string) =>
    completeFrontmatter(...atCursor(marked), {
      path: 'services/content/docs/first-steps.md',
      source: sampleSource({ allowedKinds: ['guide', 'tutorial'], defaultAuthor: 'Ann: B' }),
      categories: ['news', 'guides'],
      today: '2026-05-04',
    });

  it('proposes the keys that are not there yet, required ones first', () => {
    const found = labels(complete('---\ntitle: x\n|\nkind: guide\n---\n'));
    expect(found.slice(0, 2)).toEqual(['slug', 'published_at']);
    expect(found).toContain('links');
    expect(found).not.toContain('title');
    expect(found).not.toContain('kind');
  });

  it('keeps proposing the key that is being typed, and keeps its colon', () => {
    expect(labels(complete('---\nsl|\n---\n'))).toContain('slug');
    expect(accepted('---\nsl|: x\n---\n', 'slug', complete)).toBe('---\nslug: x\n---\n');
    expect(accepted('---\nsl|\n---\n', 'slug', complete)).toBe('---\nslug: \n---\n');
  });

  it.each([
    ['kind: |', ['guide', 'tutorial']],
    ['kind:|', ['guide', 'tutorial']],
    ['kind: gu|ide # x', ['guide', 'tutorial']],
    ['category: |', ['news', 'guides']],
    ['public: |', ['true', 'false']],
    ['slug: |', ['first-steps']],
    ['published_at: |', ['2026-05-04']],
    ['author: |', ['Ann: B']],
    ['title: |', []],
    ['own_key: |', []],
    ['# kind: |', []],
  ])('proposes what %s may say', (line, values) => {
    expect(labels(complete(`---\n${line}\n---\n`))).toEqual(values);
  });

  it.each([
    ['kind:|', 'guide', 'kind: guide'],
    ['kind: gu|ide # x', 'tutorial', 'kind: tutorial # x'],
    ['kind: "gu|"', 'guide', 'kind: "guide"'],
    ["kind: '|'", 'guide', "kind: 'guide'"],
    ['author: |', 'Ann: B', 'author: "Ann: B"'],
    ['public: "|"', 'true', 'public: true'],
  ])('writes %s with %s as %s', (line, label, written) => {
    expect(accepted(`---\n${line}\n---\n`, label, complete)).toBe(`---\n${written}\n---\n`);
  });

  it('proposes the keys of a link', () => {
    expect(labels(complete('---\nlinks:\n  - title: T\n    |\n  - url: u\n---\n'))).toEqual(['url']);
    expect(labels(complete('---\nlinks:\n  - |\n---\n'))).toEqual(['title', 'url']);
  });

  it('works while the closing fence is missing', () => {
    expect(labels(complete('---\ntitle: x\n|'))).toContain('slug');
  });

  it.each([
    ['---\ntitle: x\n---\nBo|dy\n'],
    ['No frontmatter|\n'],
    ['-|--\ntitle: x\n---\n'],
    ['---\nown:\n  a|\n---\n'],
  ])('proposes nothing in %j', (marked) => {
    expect(complete(marked)).toEqual([]);
  });
});

describe('completion in the content config', () => {
  const complete = (marked: string) =>
    completeConfig(...atCursor(marked), { categories: ['news', 'guides'], kinds: ['blog'] });

  it.each([
    ['|', ['content_sources', 'categories', 'metadata']],
    ['categories:\n  a:\n|', ['content_sources', 'metadata']],
    [
      'content_sources:\n  blog:\n    path: x\n    |\n    enabled: true\n',
      ['source_id', 'category_id', 'description', 'allowed_content_types', 'indexing', 'sitemap', 'branding'],
    ],
    [
      'content_sources:\n  blog:\n    sitemap:\n      enabled: true\n      |',
      ['url_pattern', 'priority', 'changefreq', 'fetch_from', 'parent_route'],
    ],
    [
      'content_sources:\n  blog:\n    path: x\n  news:\n    path: y\n    allowed_content_types:\n    - a\n    ind|\n',
      ['source_id', 'category_id', 'enabled', 'description', 'indexing', 'sitemap', 'branding'],
    ],
    ['content_sources:\n  |', []],
    ['content_sources:\n  blog:\n    category_id: |', ['news', 'guides']],
    ['content_sources:\n  blog:\n    enabled: |', ['true', 'false']],
    ['content_sources:\n  blog:\n    path: |', ['content/blog']],
    [
      'content_sources:\n  blog:\n    allowed_content_types: [blog, |]',
      ['article', 'guide', 'tutorial', 'paper'],
    ],
    [
      'content_sources:\n  blog:\n    allowed_content_types:\n    - |',
      ['blog', 'article', 'guide', 'tutorial', 'paper'],
    ],
    ['# |', []],
  ])('proposes at %j what may stand there', (marked, expected) => {
    expect(labels(complete(marked))).toEqual(expected);
  });

  it.each([
    ['a:\n  b:\n    allowed_content_types:|', 'blog', ''],
    [
      'content_sources:\n  b:\n    allowed_content_types: |',
      'blog',
      'content_sources:\n  b:\n    allowed_content_types: [blog]',
    ],
    [
      'content_sources:\n  b:\n    allowed_content_types: [gu|, x]',
      'guide',
      'content_sources:\n  b:\n    allowed_content_types: [guide, x]',
    ],
    [
      'content_sources:\n  b:\n    allowed_content_types:\n      - gu|',
      'guide',
      'content_sources:\n  b:\n    allowed_content_types:\n      - guide',
    ],
    [
      'content_sources:\n  b:\n    category_id:| # x',
      'news',
      'content_sources:\n  b:\n    category_id: news # x',
    ],
  ])('writes into %j the choice %s', (marked, label, written) => {
    if (written === '') expect(complete(marked)).toEqual([]);
    else expect(accepted(marked, label, complete)).toBe(written);
  });
});

describe('hover', () => {
  it.each([
    ['---\nti|tle: x\n---\n', ['title'], 'title'],
    ['---\nlinks:\n  - title: T\n    ur|l: u\n---\n', ['links', 'url'], 'url'],
  ])('finds the key of a frontmatter in %j', (marked, path, word) => {
    const [text, offset] = atCursor(marked);
    const found = frontmatterKeyAt(text, offset);
    expect(found?.path).toEqual(path);
    expect(text.slice(found!.span.start, found!.span.end)).toBe(word);
  });

  it.each([['---\ntitle: x|y\n---\n'], ['---\ntitle: x\n---\nti|tle: x\n'], ['---\ntit|\n---\n']])(
    'finds nothing in %j',
    (marked) => {
      expect(frontmatterKeyAt(...atCursor(marked))).toBeUndefined();
    },
  );

  it.each([
    ['content_so|urces:\n', ['content_sources']],
    ['content_sources:\n  blog:\n    "pa|th": x\n', ['content_sources', 'blog', 'path']],
    [
      'content_sources:\n  blog:\n    allowed_content_types:\n    - a\n    sitemap:\n      pri|ority: 1\n',
      ['content_sources', 'blog', 'sitemap', 'priority'],
    ],
  ])('finds the key of a config in %j', (marked, path) => {
    expect(configKeyUnder(...atCursor(marked))?.path).toEqual(path);
  });
});
