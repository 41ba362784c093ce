import type { ContentKey } from '../models/content';

/** By slug, then locale, by code units: the same order on every machine. Within a source it tells all items apart. */
export function bySlug(left: ContentKey, right: ContentKey): number {
  if (left.slug !== right.slug) return left.slug < right.slug ? -1 : 1;
  return left.locale < right.locale ? -1 : left.locale > right.locale ? 1 : 0;
}

/**
 * Where the item of this slug and locale stands, or would stand.
 * @param items in the order of `bySlug`
 */
export function placeBySlug(items: readonly ContentKey[], key: ContentKey): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item && bySlug(item, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param items in the order of `bySlug` */
export function findBySlug<Item extends ContentKey>(
  items: readonly Item[],
  key: ContentKey,
): Item | undefined {
  const item = items[placeBySlug(items, key)];
  return item && bySlug(item, key) === 0 ? item : undefined;
}
