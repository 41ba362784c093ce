import { describe, expect, it } from 'vitest';
import { checkMarkdown } from '../../../../src/core/content/language/checkDocument';
import { markdownFixes } from '../../../../src/core/content/language/markdownFixes';
import { applyEdit } from '../../../../src/core/yaml/textEdit';
import type { ContentSource } from '../../../../src/core/content/config/contentSource';
import { sampleSource } from '../contentSamples';

const context = (source: Partial<ContentSource> = {}, path = 'services/content/docs/first-steps.md') => ({
  path,
  source: sampleSource(source),
  today: '2026-05-04',
});

const good = {
  title: 'Hello',
  slug: 'first-steps',
  author: 'Ann',
  published_at: '2024-01-15',
  kind: 'guide',
};

function file(lines: Readonly<Record<string, string | undefined>>, body = 'Body', eol = '\n'): string {
  const entries = Object.entries({ ...good, ...lines }).filter(([, value]) => value !== undefined);
  return [
    '---',
    ...entries.map(([key, value]) => `${key}:${value === '' ? '' : ' '}${value}`),
    '---',
    '',
    body,
    '',
  ].join(eol);
}

/** The text after its only fix, and that fix. */
function fixed(text: string, given = context()) {
  const fixes = markdownFixes(text, given);
  expect(fixes.map(({ change }) => change)).toHaveLength(1);
  return { text: applyEdit(text, fixes[0]!.edit), fix: fixes[0]! };
}

describe('fixes of a content file', () => {
  const withFilledName = [
    ['a missing slug, from the file name', { slug: undefined }, { slug: '"first-steps"' }],
    ['an empty slug, from the file name', { slug: '' }, { slug: '"first-steps"' }],
    ['a date in words', { published_at: '22 March 2026' }, { published_at: '2026-03-22' }],
    ['a date in words, quoted', { published_at: '"22 March 2026"' }, { published_at: '"2026-03-22"' }],
    [
      'a date in words, in single quotes',
      { published_at: "'Mar 2, 2026'" },
      { published_at: "'2026-03-02'" },
    ],
    ['a date with slashes', { published_at: '2026/3/2' }, { published_at: '2026-03-02' }],
    [
      'a date without zeros, before a comment',
      { published_at: '2026-3-2 # soon' },
      { published_at: '2026-03-02 # soon' },
    ],
    ['a date with a time', { published_at: '2026-03-02T10:00:00Z' }, { published_at: '2026-03-02' }],
    ['a missing date, with today', { published_at: undefined }, { published_at: '"2026-05-04"' }],
    ['a numeric title, as it is written', { title: '1.0' }, { title: '"1.0"' }],
    ['a title that is a switch', { title: 'true' }, { title: '"true"' }],
    ['a missing title, from the file name', { title: undefined }, { title: '"First steps"' }],
    ['keywords in brackets', { keywords: '[a, "b: c", 3]' }, { keywords: '"a, b: c, 3"' }],
    ['keywords as a list', { keywords: '\n  - a\n  - b' }, { keywords: '"a, b"' }],
    ['an empty description', { description: '' }, { description: '""' }],
    ['a switch in words', { public: '"yes"' }, { public: 'true' }],
    ['a locale with an underscore', { locale: 'en_US' }, { locale: 'en-US' }],
    ['a slug with blanks and capitals', { slug: 'Über uns' }, { slug: 'uber-uns' }],
  ] as const;
  it.each(withFilledName)('mend %s', (_, broken, mended) => {
    const before = file(broken);
    const after = fixed(before).text;
    expect(checkMarkdown(after, context().path, context().source)).toEqual([]);
    // Keys that were missing are appended; all else stands where it stood.
    const [key] = Object.keys(mended);
    const absent = (broken as Record<string, string | undefined>)[key!] === undefined;
    expect(after).toBe(
      file(absent ? { ...broken, [`${key}`]: undefined } : mended).replace(
        absent ? '\n---\n\n' : '\0',
        absent ? `\n${key}: ${Object.values(mended)[0]}\n---\n\n` : '\0',
      ),
    );
  });

  it('name an index.md after its folder', () => {
    const given = context({}, 'services/content/docs/first-agent/index.md');
    expect(fixed(file({ slug: undefined }), given).text).toContain('slug: "first-agent"');
  });

  it('give the index.md of the source itself no slug', () => {
    expect(markdownFixes(file({ slug: undefined }), context({}, 'services/content/docs/index.md'))).toEqual(
      [],
    );
  });

  it('take the title from the first heading', () => {
    expect(fixed(file({ title: undefined }, 'Text\n\n# A *start* #')).text).toContain('title: "A *start*"');
  });

  it('change an unknown kind to the nearest allowed one, or to the only one', () => {
    const nearest = fixed(file({ kind: 'tutrial' }), context({ allowedKinds: ['guide', 'tutorial'] }));
    expect(nearest.text).toContain('\nkind: tutorial\n');
    expect(nearest.fix.change).toEqual({ kind: 'setValue', key: 'kind', value: 'tutorial' });
    expect(fixed(file({ kind: 'other' }), context({ allowedKinds: ['guide'] })).text).toContain(
      '\nkind: guide\n',
    );
  });

  it('rename a misspelt key, and leave its value alone', () => {
    const after = fixed(file({ title: undefined, titel: "'It''s'  # x" })).text;
    expect(after).toContain("\ntitle: 'It''s'  # x\n");
    expect(after).not.toContain('titel');
  });

  it('fill an empty author from the config', () => {
    expect(fixed(file({ author: '' }), context({ defaultAuthor: 'Harbour Team' })).text).toContain(
      '\nauthor: "Harbour Team"\n',
    );
  });

  it('add frontmatter to a text without one', () => {
    const given = context({ defaultAuthor: 'Ann' });
    const after = fixed('# Tides\n\nText\n', given).text;
    expect(after.endsWith('---\n\n# Tides\n\nText\n')).toBe(true);
    expect(checkMarkdown(after, given.path, given.source)).toEqual([]);
  });

  it('fill a frontmatter without a key', () => {
    const text = '---\n# nothing yet\n---\nBody\n';
    const slug = markdownFixes(text, context()).find(
      ({ change }) => change.kind === 'addKey' && change.key === 'slug',
    );
    expect(applyEdit(text, slug!.edit)).toBe('---\n# nothing yet\nslug: "first-steps"\n---\nBody\n');
  });

  it('keep the line ends of the file', () => {
    const after = fixed(file({ slug: undefined }, 'Body', '\r\n')).text;
    expect(after).toContain('slug: "first-steps"\r\n');
    expect(after.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('solve one problem each, so that all together leave none', () => {
    let text = file({ title: '2024', slug: undefined, published_at: '22 March 2026', public: 'yes' });
    for (let left = 4; left > 0; left -= 1) {
      const fixes = markdownFixes(text, context());
      expect(fixes).toHaveLength(left);
      text = applyEdit(text, fixes[0]!.edit);
    }
    expect(checkMarkdown(text, context().path, context().source)).toEqual([]);
  });

  it.each([
    ['a date that can be read in two ways', { published_at: '3/4/2026' }],
    ['a day that the calendar does not have', { published_at: '2026-02-30' }],
    ['a time that is another day in UTC', { published_at: '2026-03-02T23:30:00-05:00' }],
    ['a number for a date', { published_at: '2026' }],
    ['a mapping for a title', { title: '{a: 1}' }],
    ['a list of lists as keywords', { keywords: '[[a], b]' }],
    ['an alias', { description: '&d 5', keywords: '*d' }],
    ['an author that nobody names', { author: undefined }],
    ['YAML that cannot be read', { title: '"open' }],
    ['a key that is there twice', { title: 'a\ntitle: b' }],
  ])('are not offered for %s', (_, broken) => {
    const fixes = markdownFixes(file(broken), context());
    expect(fixes.map(({ change }) => change)).toEqual([]);
    expect(checkMarkdown(file(broken), context().path, context().source)).not.toEqual([]);
  });

  it('are not offered for a good file', () => {
    expect(markdownFixes(file({}), context())).toEqual([]);
  });
});
