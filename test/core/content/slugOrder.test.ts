import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bySlug, findBySlug, placeBySlug } from '../../../src/core/content/slugOrder';

const key = fc.record({
  sourceId: fc.constant('docs'),
  slug: fc.string({ maxLength: 2 }),
  locale: fc.constantFrom('de', 'en'),
});
const keys = fc.uniqueArray(key, { comparator: (left, right) => bySlug(left, right) === 0, maxLength: 30 });

it('finds what a search from the start finds, and nothing else', () => {
  fc.assert(
    fc.property(keys, key, (unsorted, wanted) => {
      const items = unsorted.sort(bySlug);
      expect(findBySlug(items, wanted)).toBe(items.find((item) => bySlug(item, wanted) === 0));
      for (const item of items) expect(findBySlug(items, { ...item })).toBe(item);
    }),
  );
});

it('says where an item keeps the order', () => {
  fc.assert(
    fc.property(keys, key, (unsorted, added) => {
      const items = unsorted.sort(bySlug);
      const widened = items.toSpliced(placeBySlug(items, added), 0, added);
      expect(widened).toEqual([...widened].sort(bySlug));
    }),
  );
});
