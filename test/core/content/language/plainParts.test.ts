import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkMarkdown } from '../../../../src/core/content/language/checkDocument';
import { isBeyondText } from '../../../../src/core/content/language/isBeyondText';
import { completeConfig } from '../../../../src/core/content/language/completeConfig';
import { completeFrontmatter } from '../../../../src/core/content/language/completeFrontmatter';
import { configFixes } from '../../../../src/core/content/language/configFixes';
import { markdownFixes } from '../../../../src/core/content/language/markdownFixes';
import { problemSpan } from '../../../../src/core/content/language/problemSpan';
import { readDate } from '../../../../src/core/content/language/readDate';
import { slugLike, slugOfPath } from '../../../../src/core/content/language/suggestSlug';
import { applyEdit, smallestEdit } from '../../../../src/core/yaml/textEdit';
import { maxFileBytes } from '../../../../src/core/content/markdown/parseMarkdown';
import { sampleSource } from '../contentSamples';

describe('reading a date', () => {
  it.each([
    ['22 March 2026', '2026-03-22'],
    ['22nd of March, 2026', '2026-03-22'],
    ['2 Sept. 2026', '2026-09-02'],
    ['March 2, 2026', '2026-03-02'],
    ['2026/3/2', '2026-03-02'],
    ['2026-3-2', '2026-03-02'],
    ['2026.03.02', '2026-03-02'],
    ['20260302', '2026-03-02'],
    ['2026-03-02T10:00:00Z', '2026-03-02'],
    ['2026-03-02 10:00', '2026-03-02'],
    ['2026-03-02T10:00:00.5+02:00', '2026-03-02'],
    ['22/3/2026', '2026-03-22'],
    ['3/22/2026', '2026-03-22'],
    ['4/4/2026', '2026-04-04'],
  ])('takes %s for %s', (written, day) => {
    expect(readDate(written)).toBe(day);
  });

  it.each([
    '3/4/2026',
    '2026-02-30',
    '30 February 2026',
    '2026-03-02T01:00:00+05:00',
    '22 Mai 2026',
    '22 M 2026',
    '2026',
    'soon',
    '',
  ])('guesses nothing for %j', (written) => {
    expect(readDate(written)).toBeUndefined();
  });
});

describe('suggesting a slug', () => {
  it.each([
    ['a/docs/My First Post.md', 'my-first-post'],
    ['a/docs/Élan_vital.md', 'elan-vital'],
    ['a/docs/opening/index.md', 'opening'],
    ['a/docs/index.md', undefined],
    ['a/docs/日本.md', undefined],
  ])('of %s gives %s', (path, slug) => {
    expect(slugOfPath(path, 'a/docs')).toBe(slug);
  });

  it('keeps slashes', () => {
    expect(slugLike('/Guides//First Steps/')).toBe('guides/first-steps');
  });
});

describe('what is underlined', () => {
  it.each([
    ['the value of a key', 'published_at: 22 March 2026  # x', 1, 'dateFormat', '22 March 2026'],
    ['a quoted value', 'kind: "a # b" # x', 1, 'kindNotAllowed', '"a # b"'],
    ['the key, when its value is below', 'links:', 1, 'linkShape', 'links'],
    ['the key, when it is what is wrong', '    descripton: x', 5, 'configUnknownKey', 'descripton'],
    ['the key, when something beside it is missing', '  blog:', 3, 'configRequired', 'blog'],
    ['the rest of the line, where YAML breaks', 'title: [a, b', 8, 'yamlSyntax', '[a, b'],
    ['the line, where YAML breaks at its end', '  title: "a', 12, 'yamlSyntax', 'title: "a'],
    ['an item of a list', '  - 5  ', 5, 'tagShape', '5'],
    ['the first line', 'Just text', 1, 'frontmatterMissing', 'Just text'],
  ])('is %s', (_, line, column, rule, underlined) => {
    const { start, end } = problemSpan(line, column, rule);
    expect(line.slice(start, end)).toBe(underlined);
  });

  it('lies on the line, whatever the line and column', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: -5, max: 99 }), (line, column) => {
        const { start, end } = problemSpan(line, column, 'dateFormat');
        return 0 <= start && start <= end && end <= line.length;
      }),
    );
  });
});

describe('the smallest edit', () => {
  it('turns the one text into the other', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, text, (before, after, head) => {
        const edit = smallestEdit(before, after, head.length);
        return applyEdit(head + before, edit) === head + after;
      }),
    );
  });
});

describe('any text', () => {
  const lines = fc.array(
    fc.constantFrom(
      '---',
      'title: 5',
      'slug:',
      'keywords: [a]',
      '  - x',
      'kind: "a',
      'links:',
      '\ttab',
      '- : ?',
      'content_sources:',
      '  blog: {',
      '    path: 1',
      '&a *a',
      '',
    ),
    { maxLength: 12 },
  );
  const context = {
    path: 'services/content/docs/a.md',
    source: sampleSource(),
    today: '2026-05-04',
    categories: [],
  };
  const place = { path: 'services/content/config.yaml', servicesDir: '/p/services', projectRoot: '/p' };

  it('has fixes that leave fewer problems, or none', () => {
    fc.assert(
      fc.property(lines, (parts) => {
        const text = ['---', ...parts].join('\n');
        const count = checkMarkdown(text, context.path, context.source).length;
        for (const { edit, problem } of markdownFixes(text, context)) {
          const left = checkMarkdown(applyEdit(text, edit), context.path, context.source);
          expect(left.length).toBeLessThan(count);
          expect(left.map(({ message }) => message)).not.toContain(problem.message);
        }
      }),
    );
  });

  it('is no reason to throw', () => {
    fc.assert(
      fc.property(lines, fc.nat(), (parts, anywhere) => {
        const text = parts.join('\n');
        const offset = anywhere % (text.length + 1);
        completeFrontmatter(`---\n${text}`, offset, context);
        completeConfig(text, offset, { categories: [], kinds: [] });
        configFixes(text, place);
      }),
    );
  });
});

describe('checking a document', () => {
  it('says one thing of a text that is too long to be read', () => {
    const text = `---\ntitle: 5\n---\n${'ä'.repeat(maxFileBytes / 2)}`;
    const problems = checkMarkdown(text, 'a.md', sampleSource());
    expect(problems).toMatchObject([{ rule: 'tooLarge', severity: 'error' }]);
  });

  it('says that a kind takes no part', () => {
    const text = '---\ntitle: a\nslug: a\nauthor: a\nkind: b\npublished_at: 2026-01-01\n---\n';
    expect(checkMarkdown(text, 'a.md', sampleSource({ allowedKinds: ['guide'] }))).toMatchObject([
      { rule: 'kindNotAllowed', line: 5, column: 1 },
    ]);
  });

  it('leaves what other files decide to the comparison', () => {
    expect(isBeyondText({ rule: 'duplicateItem' })).toBe(true);
    expect(isBeyondText({ rule: 'dateFormat' })).toBe(false);
  });
});
