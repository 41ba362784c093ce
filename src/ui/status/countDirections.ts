import type { ContentDiff, ContentDifference } from '../../core/models/contentDiff';

/** How many items wait, by what would have to happen to them. */
export interface DirectionCounts {
  /** Changed on disk, or only there: they would go to the database. */
  readonly up: number;
  /** Changed in the database, or only there: they would come to disk. */
  readonly down: number;
  /** Different, and nobody knows which side changed. */
  readonly unknown: number;
  readonly conflicts: number;
  readonly invalid: number;
}

export function countDirections(diff: ContentDiff): DirectionCounts {
  const counts = { up: 0, down: 0, unknown: 0, conflicts: 0, invalid: 0 };
  for (const { differences, invalid } of diff.sources) {
    for (const item of differences) counts[directionOf(item)] += 1;
    counts.invalid += invalid.length;
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
