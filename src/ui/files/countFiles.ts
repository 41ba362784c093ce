import type { FilesDiff } from '../../core/files/filesDiff';
import type { DirectionCounts } from '../status/directionCounts';
import { treeOf } from './treeOf';

/** What waits; a deletion counts for the side that it happened on, as any other change does. */
export function countFiles(diff: FilesDiff): DirectionCounts {
  const { local: up, remote: down, conflict: conflicts, invalid } = treeOf(diff).counts;
  return { up, down, unknown: 0, conflicts, invalid };
}
