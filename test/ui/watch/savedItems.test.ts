import { describe, expect, it } from 'vitest';
import { contentKeyText } from '../../../src/core/models/content';
import { savedItems } from '../../../src/ui/watch/savedItems';
import { contentDiff, difference, problem, source } from '../content/sampleDiff';

const pathOf = (slug: string) => `services/content/blog/${slug}.md`;
const all = new Set(['new', 'mine', 'theirs', 'unknown', 'both', 'gone', 'broken'].map(pathOf));
const items = [
  difference('new', 'added'),
  difference('mine', 'modified', { origin: 'disk' }),
  difference('theirs', 'modified', { origin: 'database' }),
  difference('unknown', 'modified'),
  difference('both', 'conflict'),
  difference('gone', 'added', { origin: 'database' }),
  difference('row', 'removed'),
];
const invalid = [{ problem: problem(pathOf('broken')), keys: [], isRow: false }];
const diff = contentDiff([source(items, { invalid })]);
const keys = (...slugs: string[]) =>
  new Set(items.filter(({ slug }) => slugs.includes(slug)).map(contentKeyText));

describe('what a save brings into the database', () => {
  it('is what is new, and what is known to have changed on disk alone', () => {
    expect(savedItems(diff, all).keys).toEqual(keys('new', 'mine'));
  });

  it('is never a file that was not saved', () => {
    expect(savedItems(diff, new Set([pathOf('mine')])).keys).toEqual(keys('mine'));
    expect(savedItems(diff, new Set(['README.md']))).toEqual({
      keys: new Set(),
      undecided: [],
      invalid: [],
    });
  });

  it('is nothing that a person has to decide about, nor an invalid file; both are told', () => {
    const { undecided, invalid: broken } = savedItems(diff, all);
    expect(undecided.map(({ slug }) => slug)).toEqual(['theirs', 'unknown', 'both', 'gone']);
    expect(broken).toEqual([pathOf('broken')]);
  });
});
