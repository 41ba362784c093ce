import type { FileDifference } from '../../core/files/filesDiff';
import type { Translate } from '../translate';
import type { FileItemStatus, FileNode } from './filesNode';

/** The status of a file in a word or two. */
export function fileStatusWord(t: Translate, status: FileItemStatus): string {
  switch (status) {
    case 'localAdded':
      return t('Only here');
    case 'localModified':
      return t('Changed here');
    case 'localDeleted':
      return t('Deleted here');
    case 'remoteAdded':
      return t('Only on the tenant');
    case 'remoteModified':
      return t('Changed on the tenant');
    case 'remoteDeleted':
      return t('Deleted on the tenant');
    case 'conflict':
      return t('Conflict');
    case 'invalid':
      return t('Invalid');
  }
}

/** What stands behind the file's name. */
export function describeFile(t: Translate, { status, difference, reason }: FileNode): string {
  if (status === 'invalid') return t('invalid: {0}', reason ?? '');
  if (status === 'conflict' && difference !== undefined)
    return t('conflict: {0}', conflictWords(t, difference));
  const word = fileStatusWord(t, status);
  return word.charAt(0).toLowerCase() + word.slice(1);
}

function conflictWords(t: Translate, { origin, local, remote }: FileDifference): string {
  if (local === undefined) return t('deleted here, changed on the tenant');
  if (remote === undefined) return t('changed here, deleted on the tenant');
  if (origin === 'unknown') return t('different, and no earlier sync says which side changed');
  return t('changed on both sides');
}

/** `1.2 kB`; a kilobyte is a thousand bytes. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
