import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { isPlainText, quickFrontmatter } from '../../../../src/core/content/markdown/quickFrontmatter';
import { readYaml } from '../../../../src/core/yaml/readYaml';
import { anyText } from '../contentSamples';

/** Lines that look like frontmatter, with every trap mixed in. */
const scalar = fc.oneof(
  anyText,
  anyText.map((text) => `"${text}"`),
  anyText.map((text) => `'${text}'`),
  fc
    .array(
      anyText.map((text) => `"${text}"`),
      { maxLength: 3 },
    )
    .map((items) => `[${items.join(', ')}]`),
  fc.constantFrom(
    '123',
    '0x1F',
    '007',
    'true',
    '~',
    '.inf',
    '|',
    '>-',
    '&a b',
    '*a',
    '!!str 1',
    '{a: b}',
    '[a, b]',
    '[]',
    '"a" # c',
    'a # c',
    "'a' 'b'",
  ),
);
const key = fc.oneof(
  fc.constantFrom(
    'title',
    'slug',
    'a',
    'b-c',
    'd_e',
    'true',
    'null',
    'Null',
    '"q"',
    '__proto__',
    '1',
    '? k',
    '- x',
  ),
  anyText,
);
const ordinary = fc
  .tuple(
    fc.constantFrom('title', 'slug', 'a', 'b-c', 'd_e', 'tags'),
    fc.oneof(scalar, fc.string({ unit: fc.constantFrom(...'ab 1-:#.'), maxLength: 6 })),
  )
  .map(([name, value]) => `${name}: ${value}`);
const line = fc.oneof(
  { arbitrary: ordinary, weight: 6 },
  fc.tuple(key, fc.constantFrom(': ', ':', ':  ', ' : ', ':\t'), scalar).map((parts) => parts.join('')),
  fc.tuple(key, fc.constantFrom(':', ': ')).map((parts) => parts.join('')),
  fc.tuple(key, fc.constantFrom(':\n- "a"\n- "b"', ':\n  - "a"\n  - \'b\' ')).map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom('  - ', '- ', '    - ', '  ', '\t'), scalar).map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom('  - ', '- ', '    '), ordinary).map((parts) => parts.join('')),
  fc.constantFrom('', '# comment', '  # comment', '---', '...', '%YAML 1.2', ' '),
);
const frontmatter = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 6 }), fc.constantFrom('\n', '\r\n', '\r'))
  .map(([lines, eol]) => lines.join(eol) + eol);

describe('quickFrontmatter', () => {
  it('agrees with the YAML library on everything that it accepts', () => {
    let accepted = 0;
    fc.assert(
      fc.property(frontmatter, (yaml) => {
        const quick = quickFrontmatter(yaml);
        if (quick === undefined) return;
        accepted += 1;
        expect({ value: quick }).toEqual(readYaml(yaml));
      }),
      { numRuns: 30_000 },
    );
    expect(accepted).toBeGreaterThan(1000);
  });

  it('accepts what nearly every file has', () => {
    const yaml = [
      'title: "Getting started"',
      '# a comment',
      "author: 'Ann'",
      'slug: getting-started',
      'public: true',
      'image:',
      'weight: 3',
      'published_at: 2024-01-15',
      'tags: ["a", "b"]',
      'steps:',
      '  - "one"',
      "  - 'two'",
      'links:',
      '  - title: "One"',
      '    url: /one',
      '  - title: Two',
      '    url:',
      'kind: guide',
      '',
    ].join('\r\n');
    expect(quickFrontmatter(yaml)).toEqual({
      title: 'Getting started',
      author: 'Ann',
      slug: 'getting-started',
      public: true,
      image: null,
      weight: 3,
      published_at: '2024-01-15',
      tags: ['a', 'b'],
      steps: ['one', 'two'],
      links: [
        { title: 'One', url: '/one' },
        { title: 'Two', url: null },
      ],
      kind: 'guide',
    });
  });
});

describe('isPlainText', () => {
  it('is true only for texts that read back as themselves without quotes', () => {
    let plain = 0;
    fc.assert(
      fc.property(
        fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...'ab -:#,[]'), maxLength: 6 })),
        (text) => {
          if (!isPlainText(text)) return;
          plain += 1;
          expect(readYaml(`key: ${text}\nnext: x\n`)).toEqual({ value: { key: text, next: 'x' } });
        },
      ),
      { numRuns: 5000 },
    );
    expect(plain).toBeGreaterThan(100);
  });
});
