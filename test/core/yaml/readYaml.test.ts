import { describe, expect, it } from 'vitest';
import { plainScalar } from '../../../src/core/yaml/plainScalar';
import { exceedsNodes, readYaml } from '../../../src/core/yaml/readYaml';
import { isWhiteSpace, trimWhiteSpace } from '../../../src/core/content/markdown/trimWhiteSpace';

describe('plain scalars are read as the server reads them (data.md 0)', () => {
  const table: [text: string, value: unknown][] = [
    ...['true', 'True', 'TRUE'].map((text): [string, unknown] => [text, true]),
    ...['false', 'False', 'FALSE'].map((text): [string, unknown] => [text, false]),
    ...['', 'null', 'Null', 'NULL', '~'].map((text): [string, unknown] => [text, null]),
    ...['yes', 'no', 'on', 'off', 'y', 'n', 'Yes', 'ON', 'tRUE', 'nUll'].map((text): [string, unknown] => [
      text,
      text,
    ]),
    ...[
      '2024-01-15',
      '2024-01-15T10:00:00Z',
      '1:30',
      '007',
      '00',
      '-007',
      '+00',
      '1_000',
      '0x',
      '0o8',
      '0b2',
      '0X1F',
      '0O17',
      '1e',
      '.',
      '1e1000',
      'NaN',
      'inf',
      '<<',
      '=',
    ].map((text): [string, unknown] => [text, text]),
    ['123', 123],
    ['-5', -5],
    ['+5', 5],
    ['0', 0],
    ['0x1F', 31],
    ['-0x1F', -31],
    ['0o17', 15],
    ['0b1', 1],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['+.5', 0.5],
    ['1.', 1],
    ['1e3', 1000],
    ['01.5', 1.5],
    ['.inf', Infinity],
    ['+.Inf', Infinity],
    ['-.INF', -Infinity],
    ['.nan', NaN],
  ];

  it.each(table)('%j', (text, value) => {
    expect(plainScalar(text)).toEqual(value);
    expect(readYaml(`key: ${text}\n`)).toEqual({ value: { key: value } });
  });

  it.each(['true', 'null', '~', '123', '0x1F', '.inf', ''])('%j in quotes is text', (text) => {
    expect(readYaml(`a: "${text}"\nb: '${text}'`)).toEqual({ value: { a: text, b: text } });
  });
});

describe('readYaml', () => {
  it.each([
    ['a key that appears twice', 'a: 1\nb: 2\na: 3\n', 'duplicateKey', { line: 3, column: 1 }],
    ['a tab as indentation', 'a:\n\tb: 1\n', 'syntax', { line: 2, column: 1 }],
    ['a second document', 'a: 1\n---\nb: 2\n', 'syntax', { line: 2, column: 1 }],
    ['a second document after a first marker', '---\na: 1\n---\n', 'syntax', { line: 3, column: 1 }],
    ['an unknown tag', 'a: !local b\n', 'syntax', { line: 1, column: 12 }],
    ['a timestamp tag', 'a: !!timestamp 2024-01-15\n', 'syntax', { line: 1, column: 26 }],
    ['a NUL character', 'a: b\nc: \0\n', 'syntax', { line: 2, column: 4 }],
    ['a control character', 'a: \u0001\n', 'syntax', { line: 1, column: 4 }],
    ['a control character between quotes', 'a: x\nb: "\u009b"\n', 'syntax', { line: 2, column: 5 }],
    ['an unknown alias', 'a: *b\n', 'syntax', { line: 1, column: 6 }],
    ['an unclosed quote', 'a: "b\n', 'syntax', { line: 2, column: 1 }],
    ['unending nesting', '['.repeat(100_000), 'syntax', { line: 1, column: 100 }],
  ])('names the place of %s', (_, text, kind, position) => {
    const read = readYaml(text);
    expect(read).toMatchObject({ fault: { kind, position } });
  });

  it('keeps merge keys and dates as they are', () => {
    expect(readYaml('base: &b {x: 1}\nuse:\n  <<: *b\nwhen: 2024-01-15\n')).toEqual({
      value: { base: { x: 1 }, use: { '<<': { x: 1 } }, when: '2024-01-15' },
    });
  });

  it('does not touch the prototype of anything', () => {
    const read = readYaml('__proto__: {polluted: true}\n');
    expect(read).toHaveProperty('value');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('sees through aliases how large a value would unfold', () => {
    const lines = ['l0: &l0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level <= 20; level += 1)
      lines.push(`l${level}: &l${level} [${`*l${level - 1}, `.repeat(10)}]`);
    const bomb = readYaml(lines.join('\n'));
    expect('value' in bomb && exceedsNodes(bomb.value, 100_000)).toBe(true);
    const circle = readYaml('a: &a [*a]\n');
    expect('value' in circle ? exceedsNodes(circle.value, 1000) : true).toBe(true);
    expect(exceedsNodes({ a: [1, 2, { b: 3 }] }, 6)).toBe(false);
    expect(exceedsNodes({ a: [1, 2, { b: 3 }] }, 5)).toBe(true);
  });
});

describe('trimWhiteSpace', () => {
  it('trims exactly the Unicode White_Space set', () => {
    for (let code = 0; code <= 0xffff; code += 1) {
      const character = String.fromCharCode(code);
      const expected = /\p{White_Space}/u.test(character);
      expect(isWhiteSpace(code), `U+${code.toString(16)}`).toBe(expected);
      expect(trimWhiteSpace(`${character}x${character}`) === 'x', `U+${code.toString(16)}`).toBe(expected);
    }
  });

  it.each([
    ['\ufeffa\ufeff', '\ufeffa\ufeff'],
    ['\u0085a\u0085', 'a'],
    [' a b ', 'a b'],
    [' \n\t ', ''],
    ['', ''],
  ])('%j becomes %j', (text, trimmed) => {
    expect(trimWhiteSpace(text)).toBe(trimmed);
  });
});
