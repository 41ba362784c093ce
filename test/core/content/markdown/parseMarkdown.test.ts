import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { contentDigest } from '../../../../src/core/content/contentDigest';
import {
  maxFileBytes,
  parseFile,
  parseMarkdown,
  type ParsedMarkdown,
} from '../../../../src/core/content/markdown/parseMarkdown';
import type { ContentSource } from '../../../../src/core/content/config/contentSource';
import { anyText, sampleFile, sampleSource } from '../contentSamples';

const path = 'services/content/docs/hello.md';

function parse(text: string, source: ContentSource = sampleSource()): ParsedMarkdown {
  return parseFile(Buffer.from(text), path, source);
}

function itemOf(parsed: ParsedMarkdown) {
  if ('problems' in parsed) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return parsed.item;
}

function problemsOf(parsed: ParsedMarkdown) {
  return 'problems' in parsed ? parsed.problems : parsed.warnings;
}

describe('a valid file', () => {
  it('has an empty body where the file holds only white space after the frontmatter', () => {
    for (const body of ['', ' \t\r\n', '\u0085\u3000\u00a0\n \u2028']) {
      const { fields, digest } = itemOf(parse(sampleFile({}, body)));
      expect([fields.body, digest]).toEqual(['', contentDigest({ ...fields, body })]);
    }
  });

  it('keeps U+0085 inside a text of the frontmatter: it ends no line, and a text of it alone is blank', () => {
    const nel = '\u0085';
    const text = (title: string) => sampleFile({ title, description: `plain${nel}text # no` });
    for (const title of [`a${nel}b`, `"a${nel}b"`, `'a${nel}b'`]) {
      const { fields, slug, digest } = itemOf(parse(text(title)));
      expect({ title: fields.title, description: fields.description, slug }).toEqual({
        title: `a${nel}b`,
        description: `plain${nel}text`,
        slug: 'hello',
      });
      expect(digest).toBe(contentDigest(fields));
    }
    expect(problemsOf(parse(text(`"${nel}"`)))).toMatchObject([{ rule: 'blankText', line: 2 }]);
    const broken = sampleFile({ title: `"a${nel}${nel}b"`, published_at: 'x' });
    const line = broken.split('\n').findIndex((each) => each.startsWith('published_at')) + 1;
    expect(problemsOf(parse(broken))).toMatchObject([{ rule: 'dateFormat', line }]);
  });

  it('becomes an item with every field in canonical form', () => {
    const text = [
      '---',
      'title: "Getting: started"',
      'description: A first look',
      'slug: a/b',
      'author: Ann',
      'keywords: one, two',
      'kind: guide',
      'image: /x.png',
      'category: other',
      'public: false',
      "published_at: '2024-02-29'",
      'locale: pt-BR',
      'links:',
      '  - title: T',
      '    url: https://example.com',
      'tags: [x]',
      'custom: {anything: 1}',
      '---',
      '',
      '  # Body',
      '',
    ].join('\r\n');
    const item = itemOf(parse(text));
    expect(item).toEqual({
      sourceId: 'documentation',
      locale: 'pt-BR',
      slug: 'a/b',
      path,
      fileDigest: expect.any(String) as string,
      digest: contentDigest(item.fields),
      fields: {
        title: 'Getting: started',
        description: 'A first look',
        body: '# Body',
        author: 'Ann',
        published_at: '2024-02-29',
        keywords: 'one, two',
        kind: 'guide',
        image: '/x.png',
        category_id: 'other',
        public: false,
        links: [{ title: 'T', url: 'https://example.com' }],
      },
    });
  });

  it('gets the defaults for absent keys', () => {
    expect(itemOf(parse(sampleFile()))).toMatchObject({
      locale: 'en',
      fields: { description: '', keywords: '', image: null, category_id: 'guides', public: true, links: [] },
    });
  });

  it.each<[string, Record<string, string>, Record<string, unknown>]>([
    ['null image', { image: 'null' }, { image: null }],
    ['empty image', { image: '""' }, { image: '' }],
    ['null category', { category: '~' }, { category_id: 'guides' }],
    ['empty category', { category: '""' }, { category_id: '' }],
    ['null public', { public: '' }, { public: true }],
    ['null links', { links: '' }, { links: [] }],
    ['yes as text', { keywords: 'yes' }, { keywords: 'yes' }],
    ['digits with a leading zero as text', { keywords: '007' }, { keywords: '007' }],
    ['empty kind', { kind: '""' }, { kind: '' }],
    ['spaces around a title', { title: '" x "' }, { title: ' x ' }],
    ['a multi-line text', { description: '>-\n  a\n  b' }, { description: 'a b' }],
  ])('reads %s', (_, lines, fields) => {
    expect(itemOf(parse(sampleFile(lines))).fields).toMatchObject(fields);
  });

  it.each(['""', 'a', 'a/b', '/a/b/', '/a', '"-"', '0-9'])('may have the slug %s', (slug) => {
    expect(itemOf(parse(sampleFile({ slug }))).slug).toBe(slug.replaceAll('"', ''));
  });

  it('keeps --- lines of the body, and its inner line ends', () => {
    expect(itemOf(parse(sampleFile({}, 'a\r\n---\r\nb\n---'))).fields.body).toBe('a\r\n---\r\nb\n---');
  });

  it.each([
    ['spaces', '   \n\t\n'],
    ['nothing', ''],
  ])('may have a body of %s', (_, body) => {
    expect(itemOf(parse(sampleFile({}, body))).fields.body).toBe('');
  });

  it('may start with a byte order mark', () => {
    expect(itemOf(parse(`\ufeff${sampleFile()}`)).fields.title).toBe('Hello');
  });

  it.each([
    ['missing', undefined],
    ['empty', '""'],
    ['blank', '"\u00a0 "'],
  ])('gets the default author when its own is %s', (_, author) => {
    const source = sampleSource({ defaultAuthor: 'The Team' });
    expect(itemOf(parse(sampleFile({ author }), source)).fields.author).toBe('The Team');
  });

  it('is the same item as text of an editor', () => {
    const text = sampleFile({ title: 'Ä 😀' });
    expect(parseMarkdown(text, path, sampleSource())).toEqual(parse(text));
  });

  it('is valid with tags that are no list of texts, and says so', () => {
    const parsed = parse(sampleFile({ tags: '[a, 1]' }));
    expect(itemOf(parsed).slug).toBe('hello');
    expect(problemsOf(parsed)).toMatchObject([{ severity: 'warning', rule: 'tagShape', line: 7 }]);
  });

  it('of a kind that the source does not take is excluded, with the nearest kind', () => {
    const parsed = parse(sampleFile({ kind: 'giude' }), sampleSource({ allowedKinds: ['article', 'guide'] }));
    expect(itemOf(parsed).fields.kind).toBe('giude');
    expect(parsed).toMatchObject({ excluded: { rule: 'kindNotAllowed', line: 4, column: 1 } });
    expect('excluded' in parsed && parsed.excluded?.message).toContain('Did you mean "guide"?');
  });

  it('is excluded where the source allows no kind at all', () => {
    expect(parse(sampleFile(), sampleSource({ allowedKinds: [] }))).toHaveProperty('excluded');
  });
});

describe('an invalid file', () => {
  it.each<
    [
      string,
      Record<string, string | undefined>,
      { rule: string; line: number; column?: number; says?: string },
    ]
  >([
    ['no title', { title: undefined }, { rule: 'requiredMissing', line: 2, says: 'title is missing' }],
    [
      'a misspelt title',
      { title: undefined, titel: 'x' },
      { rule: 'requiredMissing', line: 6, says: '"titel"' },
    ],
    ['a numeric title', { title: '2024' }, { rule: 'notText', line: 2, says: 'Quote it: "2024"' }],
    ['a boolean title', { title: 'true' }, { rule: 'notText', line: 2, says: 'Quote it: "true"' }],
    ['a null title', { title: '' }, { rule: 'nullText', line: 2 }],
    ['a blank title', { title: '" "' }, { rule: 'blankText', line: 2 }],
    ['a list as keywords', { keywords: '[a, b]' }, { rule: 'notText', line: 7, says: 'a list' }],
    ['null keywords', { keywords: '~' }, { rule: 'nullText', line: 7 }],
    ['no slug', { slug: undefined }, { rule: 'requiredMissing', line: 2 }],
    ['a slug that climbs', { slug: '../x' }, { rule: 'slugRule', line: 3, says: 'climbs' }],
    ['a slug with two slashes', { slug: 'a//b' }, { rule: 'slugRule', line: 3 }],
    ['a slug of slashes', { slug: '/' }, { rule: 'slugRule', line: 3 }],
    ['an upper-case slug', { slug: 'Hello' }, { rule: 'slugRule', line: 3 }],
    ['a numeric slug', { slug: '123' }, { rule: 'notText', line: 3, says: 'Quote it: "123"' }],
    ['no kind', { kind: undefined }, { rule: 'requiredMissing', line: 2 }],
    [
      'no author and no default',
      { author: undefined },
      { rule: 'blankText', line: 2, says: 'default_author' },
    ],
    ['a blank author', { author: '" "' }, { rule: 'blankText', line: 5 }],
    [
      'a date with a time',
      { published_at: '2024-01-15T00:00:00Z' },
      { rule: 'dateFormat', line: 6, says: 'YYYY-MM-DD' },
    ],
    ['a short date', { published_at: '2024-1-5' }, { rule: 'dateFormat', line: 6 }],
    ['a date with other digits', { published_at: '２０２４-01-15' }, { rule: 'dateFormat', line: 6 }],
    ['a day that does not exist', { published_at: '2023-02-29' }, { rule: 'dateCalendar', line: 6 }],
    ['the year zero', { published_at: '0000-01-01' }, { rule: 'dateCalendar', line: 6 }],
    ['a blank date', { published_at: '""' }, { rule: 'blankText', line: 6 }],
    ['an odd locale', { locale: 'EN' }, { rule: 'localeRule', line: 7 }],
    ['a long locale', { locale: `en${'-abcdefgh'.repeat(4)}` }, { rule: 'localeRule', line: 7 }],
    ['public in quotes', { public: '"true"' }, { rule: 'notBoolean', line: 7 }],
    ['public as yes', { public: 'yes' }, { rule: 'notBoolean', line: 7 }],
    ['links that are no list', { links: 'x' }, { rule: 'linkShape', line: 7 }],
    ['a link that is a text', { links: '\n  - x' }, { rule: 'linkShape', line: 8, column: 5 }],
    [
      'a link without url',
      { links: '\n  - title: t' },
      { rule: 'linkShape', line: 8, column: 5, says: 'links[0] has no url' },
    ],
    [
      'a link with a further key',
      { links: '\n  - {title: t, url: u}\n  - title: t\n    url: u\n    rel: x' },
      { rule: 'linkShape', line: 11, column: 5, says: '"rel"' },
    ],
    ['a link with a number', { links: '[{title: 1, url: u}]' }, { rule: 'notText', line: 7, column: 10 }],
    ['an escaped NUL', { title: '"a\\0b"' }, { rule: 'nul', line: 2 }],
    ['half a surrogate pair', { title: '"\\uD800"' }, { rule: 'unpairedSurrogate', line: 2 }],
    ['a key that appears twice', { custom: 'x\ncustom: y' }, { rule: 'duplicateKey', line: 8, column: 1 }],
    ['a tab as indentation', { custom: '\n\tx: y' }, { rule: 'yamlSyntax', line: 8, column: 1 }],
    ['a second document', { custom: 'x\n--- y' }, { rule: 'yamlSyntax', line: 8, column: 1 }],
    ['an unclosed quote', { custom: '"x' }, { rule: 'yamlSyntax', line: 8 }],
  ])('with %s says so at its place', (_, lines, { rule, line, column = 1, says = '' }) => {
    const parsed = parse(sampleFile(lines));
    expect(parsed).not.toHaveProperty('item');
    const problem = problemsOf(parsed).find((candidate) => candidate.rule === rule);
    expect(problem).toMatchObject({ severity: 'error', path, line, column });
    expect(problem?.message).toContain(says);
  });

  it('names all its problems, not only the first', () => {
    const parsed = parse(
      sampleFile({ title: '1', slug: 'A', author: undefined, published_at: 'x', locale: 'E', public: '1' }),
    );
    expect(problemsOf(parsed).map(({ rule }) => rule)).toEqual([
      'notText',
      'slugRule',
      'blankText',
      'dateFormat',
      'localeRule',
      'notBoolean',
    ]);
  });

  it.each<[string, string, unknown]>([
    [
      'a field error',
      sampleFile({ title: '1', locale: 'de' }),
      { sourceId: 'documentation', locale: 'de', slug: 'hello' },
    ],
    [
      'an invalid slug',
      sampleFile({ slug: '../x' }),
      { sourceId: 'documentation', locale: 'en', slug: '../x' },
    ],
    [
      'broken YAML',
      sampleFile({ custom: '"x', locale: 'de' }),
      { sourceId: 'documentation', locale: 'de', slug: 'hello' },
    ],
    ['no slug', sampleFile({ slug: undefined }), undefined],
    ['no frontmatter', '# Hello\n', undefined],
  ])('with %s keeps the key as far as it can be read', (_, text, key) => {
    const parsed = parse(text);
    expect('problems' in parsed ? parsed.key : 'valid').toEqual(key);
  });

  it.each([
    ['no frontmatter', '# Hello\n', 'frontmatterMissing'],
    ['no closing fence', '---\ntitle: x\n', 'frontmatterUnclosed'],
    ['a list as frontmatter', '---\n- a\n---\n', 'frontmatterNotMap'],
    ['a text as frontmatter', '---\nhello\n---\n', 'frontmatterNotMap'],
  ])('with %s is named as that', (_, text, rule) => {
    expect(problemsOf(parse(text))).toMatchObject([{ severity: 'error', rule }]);
  });

  it('with empty frontmatter misses every required key', () => {
    expect(problemsOf(parse('---\n---\n')).map(({ message }) => message.split(' ')[0])).toEqual([
      'title',
      'slug',
      'published_at',
      'kind',
      'author',
    ]);
  });

  it('with a NUL in the body names its place', () => {
    expect(problemsOf(parse(sampleFile({}, 'a\nb\0c')))).toMatchObject([
      { rule: 'nul', line: 10, column: 2 },
    ]);
  });

  it('that is not UTF-8 names the line and column of the first wrong byte', () => {
    const bytes = Buffer.concat([
      Buffer.from(sampleFile({}, 'x\nÄ\ufffd')).subarray(0, -1),
      Buffer.from([0xff, 0x41]),
    ]);
    expect(problemsOf(parseFile(bytes, path, sampleSource()))).toMatchObject([
      { rule: 'notUtf8', line: 10, column: 3 },
    ]);
  });

  it('that is too large is not read', () => {
    const bytes = Buffer.alloc(maxFileBytes + 1, 0x20);
    expect(problemsOf(parseFile(bytes, path, sampleSource()))).toMatchObject([{ rule: 'tooLarge' }]);
  });

  it('with half a surrogate pair in an editor names its place', () => {
    expect(problemsOf(parseMarkdown('---\n\ud800', path, sampleSource()))).toMatchObject([
      { rule: 'unpairedSurrogate', line: 2, column: 1 },
    ]);
  });

  it('with an alias bomb is read without unfolding it', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level <= 30; level += 1)
      lines.push(`a${level}: &a${level} [${`*a${level - 1}, `.repeat(10)}]`);
    const parsed = parse(sampleFile({ custom: `1\n${lines.join('\n')}\nlinks: *a30` }));
    expect(problemsOf(parsed).map(({ rule }) => rule)).toEqual(new Array(10).fill('linkShape'));
  });
});

describe('any bytes', () => {
  it('never make the parser throw, and give an item or an error', () => {
    const structured = fc
      .array(
        fc.tuple(
          fc.constantFrom('title', 'slug', 'links', 'tags', 'public', 'kind', 'author', 'published_at', 'x'),
          anyText,
        ),
      )
      .map((lines) =>
        Buffer.from(`---\n${lines.map(([key, value]) => `${key}: ${value}\n`).join('')}---\nbody`),
      );
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), structured), (bytes) => {
        const parsed = parseFile(bytes, path, sampleSource());
        const usable = 'item' in parsed || parsed.problems.some(({ severity }) => severity === 'error');
        expect(usable).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
