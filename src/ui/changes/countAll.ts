import { countDirections } from '../content/countDirections';
import { addCounts, noCounts, type DirectionCounts } from '../status/directionCounts';
import type { AreaId } from './changeNode';
import { otherAreaIds } from './changesArea';
import type { ChangesState } from './projectView';

/** What waits in each area that was compared, in the order of the view. */
export function countAreas({ view, areas }: ChangesState): (readonly [AreaId, DirectionCounts])[] {
  const content = view.kind === 'ready' ? countDirections(view.diff) : noCounts;
  const others = otherAreaIds.flatMap((id) => {
    const area = areas[id];
    return area.kind === 'ready' ? [[id, area.counts] as const] : [];
  });
  return [['content', content], ...others];
}

export function countAll(state: ChangesState): DirectionCounts {
  return addCounts(countAreas(state).map(([, counts]) => counts));
}
