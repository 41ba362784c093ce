import { invalidPlaces } from '../../core/content/invalidPlaces';
import type { ContentDiff, ContentDifference } from '../../core/models/contentDiff';
import type { DirectionCounts } from '../status/directionCounts';

export function countDirections(diff: ContentDiff): DirectionCounts {
  const counts = { up: 0, down: 0, unknown: 0, conflicts: 0, invalid: 0 };
  for (const { differences, invalid } of diff.sources) {
    for (const item of differences) counts[directionOf(item)] += 1;
    counts.invalid += invalidPlaces(invalid).size;
  }
  counts.invalid += diff.warnings.filter(({ severity }) => severity === 'error').length;
  return counts;
}

/** A deletion counts for the side that it happened on, as any other change does. */
function directionOf({ kind, origin }: ContentDifference): keyof DirectionCounts {
  if (kind === 'conflict') return 'conflicts';
  if (origin === 'disk') return 'up';
  if (origin === 'database') return 'down';
  if (kind === 'added') return 'up';
  return kind === 'removed' ? 'down' : 'unknown';
}
