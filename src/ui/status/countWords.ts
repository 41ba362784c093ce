import type { AreaId } from '../changes/changeNode';
import type { Translate } from '../translate';
import type { DirectionCounts } from './directionCounts';

/** What waits in an area, in words: `3 to bring to disk, 2 in conflict`. Undefined where nothing does. */
export function countWords(t: Translate, area: AreaId, counts: DirectionCounts): string | undefined {
  const parts = [
    counts.down > 0 ? downWords(t, area, counts.down) : '',
    counts.up > 0 ? upWords(t, area, counts.up) : '',
    counts.unknown > 0 ? t('{0} different, with no record of which side changed', counts.unknown) : '',
    counts.conflicts > 0 ? t('{0} in conflict', counts.conflicts) : '',
    counts.invalid > 0 ? t('{0} invalid', counts.invalid) : '',
  ].filter(Boolean);
  if (parts.length === 0) return undefined;
  const words = parts.join(', ');
  const name = areaName(t, area);
  return name === undefined ? words : `${name}: ${words}`;
}

/** Content is what the product is about first: its counts stand without a name. */
function areaName(t: Translate, area: AreaId): string | undefined {
  switch (area) {
    case 'content':
      return undefined;
    case 'accessControl':
      return t('access rules');
    case 'files':
      return t('files');
    case 'database':
      return t('users and contexts');
  }
}

function downWords(t: Translate, area: AreaId, count: number): string {
  switch (area) {
    case 'content':
      return t('{0} to bring to disk', count);
    case 'accessControl':
      return t('{0} only in the database', count);
    case 'files':
    case 'database':
      return t('{0} to pull', count);
  }
}

function upWords(t: Translate, area: AreaId, count: number): string {
  switch (area) {
    case 'content':
      return t('{0} to bring to the database', count);
    case 'accessControl':
      return t('{0} to apply', count);
    case 'files':
    case 'database':
      return t('{0} to push', count);
  }
}
