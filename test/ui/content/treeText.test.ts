import { describe, expect, it } from 'vitest';
import { buildTree } from '../../../src/ui/content/buildTree';
import { statusMarks } from '../../../src/ui/changes/itemStatus';
import {
  contentStatuses,
  contentStatusWord,
  describeDifference,
} from '../../../src/ui/content/describeDifference';
import { nodeText } from '../../../src/ui/content/treeText';
import { contentDiff, difference, problem, seenRow, source } from './sampleDiff';
import { inEnglish as t } from '../inEnglish';

describe('the words of a difference', () => {
  it.each([
    [difference('a', 'added'), 'added on disk'],
    [difference('a', 'added', { origin: 'disk' }), 'added on disk'],
    [difference('a', 'added', { origin: 'database' }), 'on disk, deleted in the database'],
    [difference('a', 'removed'), 'only in the database'],
    [difference('a', 'removed', { origin: 'disk' }), 'in the database, deleted on disk'],
    [difference('a', 'modified'), 'modified · keywords'],
    [
      difference('a', 'modified', { fields: ['title', 'body'], origin: 'disk' }),
      'modified · title, body · changed on disk',
    ],
    [difference('a', 'modified', { origin: 'database' }), 'modified · keywords · changed in the database'],
    [difference('a', 'conflict'), 'conflict: changed on both sides'],
    [difference('a', 'conflict', { sides: 'file' }), 'conflict: changed on disk, deleted in the database'],
    [difference('a', 'conflict', { sides: 'row' }), 'conflict: deleted on disk, changed in the database'],
    [
      difference('a', 'conflict', {
        sides: 'file',
        conflict: 'heldByAnotherSource',
        reason: 'docs holds this slug',
      }),
      'conflict: docs holds this slug',
    ],
  ])('%#: are "%s"', (item, words) => {
    expect(describeDifference(t, item)).toBe(words);
  });

  it('give every status a letter and a word of its own', () => {
    const marks = contentStatuses.map(
      (status) => `${statusMarks[status].letter} ${contentStatusWord(t, status)}`,
    );
    expect(marks).toEqual([
      'A Added on disk',
      'R Only in the database',
      'M Modified',
      '! Conflict',
      '! Conflict',
      '× Invalid',
    ]);
  });
});

describe('a row of the tree', () => {
  const rowOf = (item: ReturnType<typeof difference>) =>
    nodeText(t, buildTree(contentDiff([source([item])]))[0]!.children[0]!);

  it('says its status in words to a screen reader', () => {
    expect(rowOf(difference('intro', 'modified')).spoken).toBe('intro, modified · keywords');
  });

  it('names the locale only where it is not en, and gives the empty slug a name', () => {
    expect(rowOf(difference('intro', 'added')).label).toBe('intro');
    expect(rowOf(difference('intro', 'added', { locale: 'de' })).label).toBe('intro (de)');
    expect(rowOf(difference('', 'added')).label).toBe('(empty slug)');
  });

  it('tells fields, origin, path and the row in its tooltip', () => {
    expect(rowOf(difference('intro', 'modified', { origin: 'database' })).tooltip).toEqual([
      'Title of intro',
      'modified · keywords · changed in the database',
      'Fields that differ: keywords',
      'Origin: changed in the database',
      'File: services/content/blog/intro.md',
      'Row last updated: 2026-02-03T04:05:06Z',
    ]);
  });

  it('says why no file can hold a row', () => {
    const item = difference('intro', 'modified', {
      row: seenRow('intro', { unholdable: 'it has a time of day' }),
    });
    expect(rowOf(item).tooltip).toContain('No file can hold this row: it has a time of day');
  });

  it('gives an invalid file its line and reason', () => {
    const invalid = [{ problem: problem('services/content/blog/x.md'), keys: [], isRow: false }];
    const text = nodeText(t, buildTree(contentDiff([source([], { invalid })]))[0]!.children[0]!);
    expect(text).toMatchObject({
      label: 'x.md',
      description: 'invalid: line 4: the date is no day',
      contextValue: 'content:invalidFile',
    });
  });

  it('names the folder of an index.md', () => {
    const invalid = [{ problem: problem('services/content/blog/storm/index.md'), keys: [], isRow: false }];
    const text = nodeText(t, buildTree(contentDiff([source([], { invalid })]))[0]!.children[0]!);
    expect(text.label).toBe('storm/index.md');
  });

  it('names a row that no file can hold', () => {
    const key = { sourceId: 'blog', locale: 'en', slug: 'x' };
    const invalid = [{ problem: problem(null, { line: null, column: null }), keys: [key], isRow: true }];
    const text = nodeText(t, buildTree(contentDiff([source([], { invalid })]))[0]!.children[0]!);
    expect(text).toMatchObject({
      label: 'x',
      description: 'invalid: no file can hold this row',
      contextValue: 'content:invalidRow',
    });
  });

  it('counts the items of a source by status, conflicts of both kinds together', () => {
    const blocked = difference('c', 'conflict', { conflict: 'claimedByTwoSources', sides: 'file' });
    const items = [difference('a', 'added'), difference('b', 'conflict'), blocked];
    expect(nodeText(t, buildTree(contentDiff([source(items)]))[0]!).description).toBe(
      '1 added on disk, 2 conflict',
    );
  });
});
