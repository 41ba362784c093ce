import { describe, expect, it } from 'vitest';
import { foldedPath, unportablePathReason } from '../../../src/core/state/portablePath';

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
