import type { SkippedItem } from '../models/plan';

/** An item that is not what the operation left behind: somebody's newer work is not overwritten by an old value. */
export function changedSince(item: string): SkippedItem {
  return {
    item,
    kind: 'skipped_modified',
    reason: 'changed since the operation; override to bring the old value back',
  };
}
