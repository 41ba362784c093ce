import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldedPath, isUsualPath, unportablePathReason } from '../../../src/core/state/portablePath';

describe('portablePath', () => {
  it.each([
    'a.md',
    'services/content/über uns.md',
    'a/.hidden',
    'console.md',
    'com10.txt',
    'a..b',
    '文/ファイル.md',
  ])('accepts %s', (path) => expect(unportablePathReason(path)).toBeUndefined());

  it.each([
    '',
    '/etc/passwd',
    '../a',
    'a/../b',
    'a/./b',
    'a//b',
    'a/',
    'C:/a',
    'C:..',
    'c:a',
    '\\\\host\\share',
    'a\\b',
    'a\0b',
    'a\nb',
    'a\u0085b',
    'a\u202Eb',
    'a\u2066b',
    'a.',
    'a ',
    'dir./a',
    'CON',
    'con.md',
    'a/nul',
    'Aux.txt',
    'COM1',
    'lpt9.md',
    'com¹',
    'conin$',
    'a:b',
    'a|b',
    'a?',
    'a*',
    'a"b',
    '<a>',
    '\ud800',
    'ä'.repeat(128),
  ])('refuses %j', (path) => expect(unportablePathReason(path)).toBeTypeOf('string'));

  it('never takes a path for usual that its rules refuse', () => {
    const names = fc.oneof(
      fc.constantFrom('con', 'NUL.md', 'Com1', 'lpt9.a.b', 'aux', '..', '.', '', 'a.', 'c:', 'conin$', 'd1'),
      fc.string({ unit: fc.constantFrom(...'aZ9._-~ $é:\\'), maxLength: 6 }),
      fc.stringMatching(/^[a-z]{1,300}$/),
    );
    let usual = 0;
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 40 }), (parts) => {
        const path = parts.join('/');
        if (!isUsualPath(path)) return;
        usual += 1;
        // Names are judged one by one, and with this one the path is not usual any more.
        expect([path, unportablePathReason(`${path}/é`)]).toEqual([path, undefined]);
      }),
      { numRuns: 5_000 },
    );
    expect(usual).toBeGreaterThan(100);
  });

  it.each([
    ['A.md', 'a.MD'],
    ['straße', 'STRASSE'],
    ['\u00e9', 'e\u0301'],
    ['É', 'e\u0301'],
    ['ſ', 's'],
  ])('folds %s and %s to one file', (a, b) => expect(foldedPath(a)).toBe(foldedPath(b)));

  it('keeps different names apart', () => {
    expect(foldedPath('a/b')).not.toBe(foldedPath('a/c'));
    expect(foldedPath('e')).not.toBe(foldedPath('é'));
  });
});
