import type { ContentDirection } from '../../core/content/contentPlan';
import { itemNodeId } from './buildTree';
import { contentKeyText } from '../../core/models/content';
import type { ContentDiff, ContentDifference } from '../../core/models/contentDiff';

/** Items that a direction can move without deleting anything: they exist on the giving side and can be decided. */
export function movableItems(
  diff: ContentDiff,
  direction: ContentDirection,
): Map<string, ContentDifference[]> {
  const bySource = new Map<string, ContentDifference[]>();
  for (const { name, differences } of diff.sources) {
    const movable = differences.filter((item) => item.kind !== 'conflict' && isMeantFor(item, direction));
    if (movable.length > 0) bySource.set(name, movable);
  }
  return bySource;
}

/** A change of the other side is not offered where everything is moved at once: it would be undone by it. */
function isMeantFor(item: ContentDifference, direction: ContentDirection): boolean {
  const [giving, other] =
    direction === 'to-db' ? (['file', 'database'] as const) : (['row', 'disk'] as const);
  return item[giving] !== undefined && item.origin !== other;
}

/** The items of checked rows, as far as the diff still has them. @param checked ids of rows */
export function findItems(diff: ContentDiff, checked: ReadonlySet<string>): ContentDifference[] {
  return diff.sources.flatMap(({ differences }) =>
    differences.filter((item) => checked.has(itemNodeId(contentKeyText(item)))),
  );
}

/** Items changed on both sides are decided one by one (Keep Disk, Keep Database), never with the rest. */
export function withoutConflicts(items: readonly ContentDifference[]): ContentDifference[] {
  return items.filter(({ kind }) => kind !== 'conflict');
}

/**
 * Items that a plain plan would leave because the giving side is not known to be the one that changed. The user may let the
 * giving side win for them.
 */
export function itemsToForce(
  items: readonly ContentDifference[],
  direction: ContentDirection,
): ContentDifference[] {
  const [giving, receiving] = direction === 'to-db' ? (['file', 'row'] as const) : (['row', 'file'] as const);
  const [own, other] =
    direction === 'to-db' ? (['disk', 'database'] as const) : (['database', 'disk'] as const);
  return withoutConflicts(items).filter((item) => {
    if (item[giving] === undefined || (giving === 'row' && item.row?.unholdable !== undefined)) return false;
    return item[receiving] === undefined ? item.origin === other : item.origin !== own;
  });
}

export function keysOf(items: readonly ContentDifference[]): ReadonlySet<string> {
  return new Set(items.map(contentKeyText));
}
