import { isContentNode } from '../content/buildTree';
import { contentRow } from '../content/contentRow';
import type { Translate } from '../translate';
import type { AreaId, ChangeNode } from './changeNode';
import { isPlaceholder } from './changeNode';
import type { ChangesAreas, RowOf } from './changesArea';
import { placeholderRow } from './placeholderRow';

/** How any row of the view reads: as its area says, or as what stands in for an area. */
export function createRowOf(t: Translate, areas: ChangesAreas): RowOf {
  return (node) => {
    if (isPlaceholder(node)) return placeholderRow(t, node, titleOf(t, areas, node.area));
    if (isContentNode(node)) return contentRow(t, node);
    const area = otherArea(areas, node);
    if (area === undefined) throw new Error(`no area shows ${node.id}`);
    return area.row(node);
  };
}

function otherArea(areas: ChangesAreas, { area }: ChangeNode) {
  return area === 'content' ? undefined : areas[area];
}

function titleOf(t: Translate, areas: ChangesAreas, id: AreaId): string {
  return id === 'content' ? t('Content') : (areas[id]?.title() ?? '');
}
