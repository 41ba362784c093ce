import { describe, expect, it } from 'vitest';
import { planContent, type ContentDirection } from '../../../src/core/content/contentPlan';
import { itemNodeId } from '../../../src/ui/content/buildTree';
import { contentKeyText } from '../../../src/core/models/content';
import type { ContentDifference } from '../../../src/core/models/contentDiff';
import {
  findItems,
  itemsToForce,
  keysOf,
  movableItems,
  withoutConflicts,
} from '../../../src/ui/content/chooseItems';
import { contentDiff, difference, seenRow, source } from './sampleDiff';

const everyItem: readonly ContentDifference[] = [
  difference('added', 'added'),
  difference('added-disk', 'added', { origin: 'disk' }),
  difference('added-gone', 'added', { origin: 'database' }),
  difference('removed', 'removed'),
  difference('removed-database', 'removed', { origin: 'database' }),
  difference('removed-gone', 'removed', { origin: 'disk' }),
  difference('modified', 'modified'),
  difference('modified-disk', 'modified', { origin: 'disk' }),
  difference('modified-database', 'modified', { origin: 'database' }),
  difference('modified-unholdable', 'modified', {
    row: seenRow('x', { unholdable: 'it has a time of day' }),
  }),
  difference('conflict', 'conflict'),
  difference('held', 'conflict', { conflict: 'heldByAnotherSource', sides: 'file' }),
];
const diff = contentDiff([source(everyItem)]);
const target = { kind: 'database', label: 'x', host: '', production: false } as const;
const slugs = (items: readonly ContentDifference[]) => items.map(({ slug }) => slug);

describe('all items of a direction', () => {
  it.each([
    ['to-db', ['added', 'added-disk', 'modified', 'modified-disk', 'modified-unholdable']],
    ['to-disk', ['removed', 'removed-database', 'modified', 'modified-database', 'modified-unholdable']],
  ] as const)(
    '%s are those that exist on the giving side and that the other side has not changed',
    (direction, expected) => {
      expect(slugs(movableItems(diff, direction).get('blog') ?? [])).toEqual(expected);
    },
  );

  it('leave out sources without any', () => {
    expect(movableItems(contentDiff([source([difference('c', 'conflict')])]), 'to-db').size).toBe(0);
  });
});

describe('items that the giving side has to win for', () => {
  it.each(['to-db', 'to-disk'] as const)(
    '%s are exactly those that an override adds to the plan',
    (direction: ContentDirection) => {
      const planned = (override: boolean) => {
        const items = keysOf(withoutConflicts(everyItem));
        return new Set(planContent(diff, target, { direction, items, override }).steps.map(contentKeyText));
      };
      const gentle = planned(false);
      const added = [...planned(true)].filter((key) => !gentle.has(key));
      expect(keysOf(itemsToForce(everyItem, direction))).toEqual(new Set(added));
      expect(added.length).toBeGreaterThan(0);
    },
  );

  it('never include a conflict', () => {
    expect(itemsToForce([difference('c', 'conflict')], 'to-db')).toEqual([]);
  });
});

describe('the chosen items', () => {
  it('are those that the diff still has', () => {
    const keys = new Set([
      itemNodeId(contentKeyText(difference('added', 'added'))),
      itemNodeId(contentKeyText(difference('long-gone', 'added'))),
    ]);
    expect(slugs(findItems(diff, keys))).toEqual(['added']);
  });
});
