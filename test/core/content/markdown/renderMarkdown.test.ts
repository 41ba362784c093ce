import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { contentDigest } from '../../../../src/core/content/contentDigest';
import { whyUnholdable } from '../../../../src/core/content/markdown/holdable';
import { parseFile } from '../../../../src/core/content/markdown/parseMarkdown';
import { renderRowAsFile, rewriteMarkdown } from '../../../../src/core/content/markdown/renderMarkdown';
import type { ContentFields, DiskItem } from '../../../../src/core/models/content';
import { anyFields, sampleFields, sampleFile, sampleSource } from '../contentSamples';

const source = sampleSource();
const path = 'services/content/docs/hello.md';
const key = { sourceId: 'documentation', locale: 'en', slug: 'hello' };

function read(text: string | Uint8Array): DiskItem {
  const parsed = parseFile(Buffer.from(text), path, source);
  if ('problems' in parsed) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return parsed.item;
}

function rewrite(text: string, wanted: Partial<ContentFields>): string {
  const { fields } = read(text);
  return Buffer.from(
    rewriteMarkdown(Buffer.from(text), fields, { ...fields, ...wanted }, { path, source }),
  ).toString('utf8');
}

describe('renderRowAsFile', () => {
  it('writes the keys in their order and leaves out what absence says', () => {
    expect(renderRowAsFile({ ...sampleFields(), ...key }, source)).toBe(
      [
        '---',
        'title: "Hello World"',
        'description: "Desc"',
        'author: "Ann"',
        'slug: "hello"',
        'keywords: "a, b"',
        'kind: "guide"',
        'public: true',
        'published_at: "2024-01-15"',
        '---',
        '',
        'Body text',
        '',
      ].join('\n'),
    );
  });

  it('writes what differs from the defaults', () => {
    const fields = sampleFields({
      image: '',
      category_id: 'other',
      public: false,
      links: [{ title: 'T', url: 'U' }],
      body: '',
    });
    expect(renderRowAsFile({ ...fields, ...key, locale: 'de' }, source)).toBe(
      [
        '---',
        'title: "Hello World"',
        'description: "Desc"',
        'author: "Ann"',
        'slug: "hello"',
        'keywords: "a, b"',
        'image: ""',
        'kind: "guide"',
        'category: "other"',
        'public: false',
        'published_at: "2024-01-15"',
        'locale: "de"',
        'links:',
        '  - title: "T"',
        '    url: "U"',
        '---',
        '',
      ].join('\n'),
    );
  });

  it('gives a file that reads back as the row, for any row that a file can hold', () => {
    const slug = fc.constantFrom('', 'a', 'a/b', '/a/b/', '-');
    fc.assert(
      fc.property(anyFields, slug, fc.constantFrom('en', 'de', 'pt-BR'), (fields, slug, locale) => {
        const item = read(renderRowAsFile({ ...fields, slug, locale, sourceId: source.sourceId }, source));
        expect(item).toMatchObject({ slug, locale, fields, digest: contentDigest(fields) });
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses a row that no file can hold, with the reason', () => {
    expect(() => renderRowAsFile({ ...sampleFields(), ...key, slug: '../x' }, source)).toThrow(/climbs out/);
  });
});

describe('whyUnholdable', () => {
  const group = { members: [sampleSource({ allowedKinds: ['guide'] })] };
  it.each<[string, { slug?: string; locale?: string; fields?: Partial<ContentFields> }, RegExp | undefined]>([
    ['a plain row', {}, undefined],
    ['a slug that climbs', { slug: 'a/../../x' }, /climbs/],
    ['an upper-case slug', { slug: 'A' }, /a-z, 0-9/],
    ['a bad locale', { locale: 'EN' }, /locale/],
    ['a blank title', { fields: { title: '\u00a0' } }, /title is blank/],
    ['a blank author', { fields: { author: '' } }, /author is blank/],
    ['no category', { fields: { category_id: null } }, /no category/],
    ['a time of day', { fields: { published_at: '2024-01-15T10:00:00.000000' } }, /time of day/],
    [
      'a year before the first',
      { fields: { published_at: '0044-03-15T00:00:00.000000 BC' } },
      /published_at/,
    ],
    ['a year of five digits', { fields: { published_at: '12024-01-15' } }, /no day/],
    ['an infinite date', { fields: { published_at: 'infinity' } }, /no day/],
    ['another kind', { fields: { kind: 'news' } }, /kind "news"/],
    ['a NUL in a link', { fields: { links: [{ title: 'a\0', url: '' }] } }, /links holds a character/],
  ])('for %s', (_, { slug = 'hello', locale = 'en', fields }, reason) => {
    const why = whyUnholdable({ slug, locale, fields: sampleFields(fields) }, group);
    if (reason) expect(why).toMatch(reason);
    else expect(why).toBeUndefined();
  });
});

describe('rewriteMarkdown', () => {
  const original = [
    '\ufeff---',
    '# written by hand',
    "title:   'It''s here'   # the title",
    'slug: hello',
    'custom: {keep: "me"} # really',
    'description: >-',
    '  folded',
    '  text',
    '',
    '# about the kind',
    'kind: guide',
    'author: "Ann"',
    'image:',
    'published_at: 2024-01-15',
    'links:   # two of them',
    '  - {title: a, url: b} # first',
    '  # between',
    '  - title: c',
    '    url: d # last',
    '# the end',
    '---',
    '',
    '',
    'Body',
    'text',
    '',
    '',
  ].join('\r\n');

  it.each<[string, Partial<ContentFields>, [from: string, to: string]]>([
    ['a quoted title, in its quotes', { title: "That's it" }, ["'It''s here'", "'That''s it'"]],
    ['a title that its quotes cannot hold', { title: 'a\nb' }, ["'It''s here'", '"a\\nb"']],
    ['a plain value, plainly', { kind: 'article' }, ['kind: guide', 'kind: article']],
    ['a plain value that needs quotes', { kind: 'true' }, ['kind: guide', 'kind: "true"']],
    ['a plain date', { published_at: '2025-12-31' }, ['2024-01-15', '2025-12-31']],
    ['a double-quoted value', { author: 'Bob "B"' }, ['"Ann"', '"Bob \\"B\\""']],
    ['an empty value', { image: '/x.png' }, ['image:', 'image: "/x.png"']],
    ['a folded block', { description: 'one line: x' }, ['>-\r\n  folded\r\n  text', '>-\r\n  one line: x']],
    [
      'a folded block that must be quoted',
      { description: 'two\nlines' },
      ['>-\r\n  folded\r\n  text', '"two\\nlines"'],
    ],
    [
      'a block list',
      { links: [{ title: 'x', url: 'y' }] },
      [
        '  - {title: a, url: b} # first\r\n  # between\r\n  - title: c\r\n    url: d',
        '  - title: "x"\r\n    url: "y"',
      ],
    ],
    ['the body alone', { body: 'New\n---\nbody' }, ['Body\r\ntext', 'New\n---\nbody']],
    ['the body away', { body: '' }, ['Body\r\ntext', '']],
  ])('changes %s, and nothing else', (_, wanted, [from, to]) => {
    expect(original.split(from)).toHaveLength(2);
    expect(rewrite(original, wanted)).toBe(original.replace(from, () => to));
  });

  it.each<[string, Partial<ContentFields>, string]>([
    ['public', { public: false }, 'public: false'],
    ['keywords', { keywords: 'a: b' }, 'keywords: "a: b"'],
    ['category', { category_id: 'other' }, 'category: "other"'],
  ])('appends a missing %s before the closing fence', (_, wanted, line) => {
    expect(rewrite(original, wanted)).toBe(original.replace('# the end\r\n', `# the end\r\n${line}\r\n`));
  });

  it('appends missing links as a block', () => {
    expect(rewrite(sampleFile(), { links: [{ title: 't', url: 'u' }] })).toBe(
      sampleFile({ links: '\n  - title: "t"\n    url: "u"' }).replace('links: \n', 'links:\n'),
    );
  });

  it('empties a block list and keeps the comment on its line', () => {
    expect(rewrite(original, { links: [] })).toContain('links: []   # two of them # last\r\n# the end\r\n');
  });

  it('keeps a list in brackets in brackets', () => {
    const text = sampleFile({ links: '[{title: a, url: b}] # x' });
    expect(rewrite(text, { links: [{ title: 'c', url: 'd' }] })).toContain(
      'links: [{"title": "c", "url": "d"}] # x\n',
    );
    expect(rewrite(text, { links: [] })).toContain('links: [] # x\n');
  });

  it('returns a file byte by byte when nothing differs', () => {
    expect(rewrite(original, {})).toBe(original);
  });

  it('clears an image by the word null', () => {
    expect(rewrite(sampleFile({ image: '/x.png # pic' }), { image: null })).toContain('image: null # pic\n');
  });

  it('writes a body where there was none', () => {
    const bare = sampleFile().slice(0, sampleFile().lastIndexOf('---') + 3);
    for (const text of [bare, `${bare}\n`, `${bare}\n\n\n`])
      expect(rewrite(text, { body: 'New' })).toBe(`${bare}\n\nNew\n`);
  });

  it.each([
    [
      'a list without indentation',
      'title: Hello\nlinks:\n- title: a\n  url: b\nslug: hello\nkind: k\nauthor: A\npublished_at: 2024-01-15\n',
    ],
    ['indented keys', '  title: Hello\n  slug: hello\n  kind: k\n  author: A\n  published_at: 2024-01-15\n'],
    ['quoted keys', '"title": Hello\n\'slug\' : hello\nkind: k\nauthor: A\npublished_at: 2024-01-15\n'],
    [
      'braces',
      '{title: Hello, slug: hello, kind: "k", author: A, published_at: 2024-01-15, keywords: x, description: y}\n',
    ],
    [
      'values on their own lines',
      'title:\n  Hello\nslug: # c\n  hello\nkind: k\nauthor: A\npublished_at: 2024-01-15\n',
    ],
    [
      'tags and literal blocks',
      'title: !!str Hello # c\nslug: hello\nkind: |-\n    k\n\n\nauthor: A\npublished_at: 2024-01-15\n',
    ],
    ['an explicit key', '? title\n: Hello\nslug: hello\nkind: k\nauthor: A\npublished_at: 2024-01-15\n'],
  ])('can edit %s', (_, yaml) => {
    const text = `---\n${yaml}---\nBody\n`;
    const wanted = {
      ...read(text).fields,
      title: 'New: title',
      kind: 'new',
      author: 'B',
      published_at: '2025-01-01',
    };
    const item = read(rewrite(text, wanted));
    expect(item.fields).toEqual(wanted);
    expect(read(rewrite(rewrite(text, wanted), read(text).fields)).fields).toEqual(read(text).fields);
  });

  it('refuses, rather than change another key through an anchor', () => {
    const text = sampleFile({ title: '&t Hello', keywords: '*t' });
    expect(() => rewrite(text, { title: 'New' })).toThrow(/hello\.md/);
    expect(read(rewrite(text, { keywords: 'own' })).fields).toMatchObject({
      title: 'Hello',
      keywords: 'own',
    });
  });

  it('refuses a key that braces have no place for', () => {
    const text =
      '---\n{title: Hello, slug: hello, kind: k, author: A, published_at: 2024-01-15}\n---\nBody\n';
    expect(() => rewrite(text, { keywords: 'x' })).toThrow(/cannot be extended with keywords/);
  });

  it.each<[string, Partial<ContentFields>]>([
    ['a time of day', { published_at: '2024-01-15T10:00:00.000000' }],
    ['no category', { category_id: null }],
    ['a blank title', { title: '' }],
    ['a NUL', { body: 'a\0' }],
  ])('refuses %s, because the file would read back as something else', (_, wanted) => {
    expect(() => rewrite(sampleFile({ category: 'x' }), wanted)).toThrow(
      expect.objectContaining({ code: 'invalidInput' }) as Error,
    );
  });

  it('gives the wanted fields for any two states, and keeps every line of the others', () => {
    fc.assert(
      fc.property(
        anyFields,
        anyFields,
        fc.subarray(['title', 'keywords', 'image', 'public', 'links', 'body'] as const),
        (before, other, names) => {
          const text = renderRowAsFile({ ...before, ...key }, source).replace(
            '---\n',
            '---\n# comment\nunknown: [1, "x"]\n',
          );
          const wanted = {
            ...before,
            ...Object.fromEntries(names.map((name) => [name, other[name]])),
          };
          const result = rewrite(text, wanted);
          expect(read(result).fields).toEqual(wanted);
          for (const line of [
            '# comment',
            'unknown: [1, "x"]',
            `author: `,
            `published_at: "${before.published_at}"`,
          ])
            expect(result).toContain(line);
          expect(read(rewrite(result, before)).fields).toEqual(before);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
