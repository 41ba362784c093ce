import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemStatuses } from '../../src/ui/changes/itemStatus';
import { markOfItemUri, toItemUri } from '../../src/ui/changes/itemUri';
import { fromRowUri, toRowUri, type RowDocument } from '../../src/ui/content/rowUri';

const key = { sourceId: 'blog', locale: 'en', slug: 'a/b' };

describe('the URI of a row', () => {
  it('comes back as it was made, for any source, slug, locale and path', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    const segment = fc
      .stringMatching(/^[\w .-]{1,12}$/)
      .filter((part) => part !== '..' && !part.startsWith('/'));
    const documents: fc.Arbitrary<RowDocument> = fc.oneof(
      fc.record({
        type: fc.constant('row' as const),
        key: fc.record({ sourceId: text, locale: text, slug: fc.string() }),
        path: fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
      }),
      fc.record({
        type: fc.constant('empty' as const),
        key: fc.record({ sourceId: text, locale: text, slug: fc.string() }),
      }),
    );
    fc.assert(
      fc.property(documents, (document) => {
        expect(fromRowUri(toRowUri(document))).toEqual(document);
      }),
    );
  });

  it('has a path that people can read and that ends in .md', () => {
    expect(toRowUri({ type: 'row', key }).path).toBe('/blog/a/b.md');
    expect(toRowUri({ type: 'row', key: { ...key, slug: '' } }).path).toBe('/blog/index.md');
    expect(toRowUri({ type: 'row', key: { ...key, slug: '/x/', locale: 'de' } }).path).toBe('/blog/x.de.md');
  });

  it.each([
    ['no JSON', 'row blog'],
    ['no list', '{"type":"row"}'],
    ['too short a list', '["row","blog","en"]'],
    ['too long a list', '["row","blog","en","a","b","c"]'],
    ['another type', '["file","blog","en","a"]'],
    ['a number', '["row","blog","en",1]'],
    ['no source', '["row","","en","a"]'],
    ['a path that climbs', '["row","blog","en","a","../../etc/passwd"]'],
    ['an absolute path', '["row","blog","en","a","/etc/passwd"]'],
    ['a path with a drive', '["row","blog","en","a","C:/x"]'],
    ['a path with a backslash', '["row","blog","en","a","x\\\\..\\\\y"]'],
    ['an empty side with a path', '["empty","blog","en","a","x.md"]'],
  ])('is refused when it holds %s', (_, query) => {
    expect(fromRowUri({ path: '/blog/a.md', query })).toBeUndefined();
  });
});

describe('the URI of a tree row', () => {
  it('carries the status, and its words', () => {
    for (const status of itemStatuses) {
      const mark = { status, word: 'Only in the database' };
      expect(markOfItemUri(toItemUri('content:4:blog en /a', mark))).toEqual(mark);
    }
  });

  it('differs for different items of one status', () => {
    const mark = { status: 'added', word: 'Added' } as const;
    expect(toItemUri('content:a/b', mark).path).not.toBe(toItemUri('content:a%2Fb', mark).path);
  });

  it('is refused when it holds no status of ours', () => {
    expect(markOfItemUri({ path: '/x', query: 'staged Added' })).toBeUndefined();
    expect(markOfItemUri({ path: '/x', query: '' })).toBeUndefined();
  });
});
