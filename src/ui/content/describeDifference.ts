import type { ContentDifference } from '../../core/models/contentDiff';
import type { ItemStatus } from '../changes/itemStatus';
import type { Translate } from '../translate';

/** The statuses that content has. */
export const contentStatuses = [
  'added',
  'removed',
  'modified',
  'conflict',
  'blocked',
  'invalid',
] as const satisfies readonly ItemStatus[];
export type ContentStatus = (typeof contentStatuses)[number];

export function statusOfDifference({ kind, conflict }: ContentDifference): Exclude<ContentStatus, 'invalid'> {
  if (kind !== 'conflict') return kind;
  return conflict === 'bothChanged' || conflict === undefined ? 'conflict' : 'blocked';
}

/** The status of a content item in one word. */
export function contentStatusWord(t: Translate, status: ContentStatus): string {
  switch (status) {
    case 'added':
      return t('Added on disk');
    case 'removed':
      return t('Only in the database');
    case 'modified':
      return t('Modified');
    case 'conflict':
    case 'blocked':
      return t('Conflict');
    case 'invalid':
      return t('Invalid');
  }
}

/** What stands behind the item's name: the difference in words, short enough for a narrow side bar. */
export function describeDifference(t: Translate, item: ContentDifference): string {
  switch (item.kind) {
    case 'added':
      return item.origin === 'database' ? t('on disk, deleted in the database') : t('added on disk');
    case 'removed':
      return item.origin === 'disk' ? t('in the database, deleted on disk') : t('only in the database');
    case 'modified':
      return [t('modified'), (item.fields ?? []).join(', '), originWords(t, item)]
        .filter(Boolean)
        .join(' · ');
    case 'conflict':
      return t('conflict: {0}', conflictWords(t, item));
  }
}

/** Which side changed, as far as it is known. */
export function originWords(t: Translate, { origin }: ContentDifference): string {
  switch (origin) {
    case 'disk':
      return t('changed on disk');
    case 'database':
      return t('changed in the database');
    case 'both':
      return t('changed on both sides');
    case 'unknown':
      return '';
  }
}

function conflictWords(t: Translate, { conflict, file, row, reason }: ContentDifference): string {
  if (conflict !== 'bothChanged') return reason ?? t('changed on both sides');
  if (file && !row) return t('changed on disk, deleted in the database');
  if (row && !file) return t('deleted on disk, changed in the database');
  return t('changed on both sides');
}
