import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { frontmatterEnd, splitFrontmatter } from '../../../../src/core/content/markdown/frontmatter';

describe('splitFrontmatter', () => {
  it.each([
    ['a plain file', '---\na: 1\n---\nbody\n', 'a: 1\n', 'body\n', '\n', false],
    ['Windows line ends', '---\r\na: 1\r\n---\r\nbody\r\n', 'a: 1\r\n', 'body\r\n', '\r\n', false],
    ['a byte order mark', '\ufeff---\na: 1\n---\nbody', 'a: 1\n', 'body', '\n', true],
    ['blanks after the fences', '--- \t\na: 1\n---  \nbody', 'a: 1\n', 'body', '\n', false],
    ['empty frontmatter', '---\n---\nbody', '', 'body', '\n', false],
    ['nothing after the closing fence', '---\na: 1\n---', 'a: 1\n', '', '\n', false],
    ['rules in the body', '---\na: 1\n---\nx\n---\ny\n---\n', 'a: 1\n', 'x\n---\ny\n---\n', '\n', false],
    [
      'dashes inside a value',
      '---\na: x --- y\nb: ---\n---\nbody',
      'a: x --- y\nb: ---\n',
      'body',
      '\n',
      false,
    ],
    ['longer and shorter rules', '---\n----\n--\n---x\n---\nbody', '----\n--\n---x\n', 'body', '\n', false],
    ['an indented fence', '---\na: |\n  ---\n---\nbody', 'a: |\n  ---\n', 'body', '\n', false],
  ])('splits %s', (_, text, yaml, body, eol, bom) => {
    expect(splitFrontmatter(text)).toMatchObject({ yaml, body, eol, bom });
  });

  it.each([
    ['an empty file', '', 'missing'],
    ['no fence', '# Title\n\n---\nx\n---\n', 'missing'],
    ['text before the fence', 'x\n---\na: 1\n---\n', 'missing'],
    ['an empty line before the fence', '\n---\na: 1\n---\n', 'missing'],
    ['a longer first line', '----\na: 1\n----\n', 'missing'],
    ['only the opening fence', '---', 'unclosed'],
    ['no closing fence', '---\na: 1\n', 'unclosed'],
    ['a fence with text after it', '---\na: 1\n--- end\n', 'unclosed'],
  ])('finds no frontmatter in %s', (_, text, fault) => {
    expect(splitFrontmatter(text)).toEqual({ fault });
  });

  it('loses no character of any text', () => {
    const lines = fc.array(fc.constantFrom('---', '--- ', '----', 'a: 1', '', 'text'), { maxLength: 8 });
    fc.assert(
      fc.property(lines, fc.constantFrom('\n', '\r\n'), (parts, eol) => {
        const text = parts.join(eol);
        const split = splitFrontmatter(text);
        if ('fault' in split) return;
        const fence = text.slice(split.yamlStart + split.yaml.length, split.bodyStart);
        expect(text.slice(0, split.yamlStart) + split.yaml + fence + split.body).toBe(text);
        expect(fence.trimEnd()).toBe('---');
      }),
    );
  });

  it('splits the part up to frontmatterEnd as it splits the whole', () => {
    const lines = fc.array(fc.constantFrom('---', '--- ', '---\t', '--- x', '----', 'ä: 1', '', 'text\r'), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(lines, fc.constantFrom('\n', '\r\n'), fc.constantFrom('', '\ufeff'), (parts, eol, bom) => {
        const text = bom + parts.join(eol);
        const bytes = Buffer.from(text);
        const end = frontmatterEnd(bytes);
        const head = splitFrontmatter(bytes.toString('utf8', 0, end));
        const whole = splitFrontmatter(text);
        expect(head).toEqual('fault' in whole ? whole : { ...whole, body: '' });
        if (!('fault' in whole)) expect(bytes.toString('utf8', end)).toBe(whole.body);
      }),
      { numRuns: 2000 },
    );
  });
});
