import type { MoveWords } from '../messages';
import type { Translate } from '../translate';

export function applyWords(t: Translate): MoveWords {
  return {
    progress: t('Applying access rules'),
    question: (items) => (items === 1 ? t('Apply 1 access rule?') : t('Apply {0} access rules?', items)),
    accept: t('Apply'),
    acceptAll: (items) => (items === 1 ? t('Revoke') : t('Apply All {0}, Revoke Too', items)),
    forced: (items, acceptAll) =>
      t('No longer in the files: {0}. These rules are revoked only with "{1}".', items, acceptAll),
    done: (items) => t('Access rules applied: {0}', items),
    doneWithRest: (items, left) => t('Access rules applied: {0}. Left as they were: {1}.', items, left),
  };
}

export function revokeWords(t: Translate): MoveWords {
  return {
    progress: t('Revoking access rules'),
    question: (items) => (items === 1 ? t('Revoke 1 access rule?') : t('Revoke {0} access rules?', items)),
    accept: t('Revoke'),
    acceptAll: () => t('Revoke'),
    done: (items) => t('Access rules revoked: {0}', items),
    doneWithRest: (items, left) => t('Access rules revoked: {0}. Left as they were: {1}.', items, left),
  };
}

export function exportWords(t: Translate): MoveWords {
  return {
    progress: t('Writing access rules'),
    question: () => t('Write the access rules of the database to a file?'),
    accept: t('Write File'),
    acceptAll: () => t('Write File'),
    done: () => t('The access rules are written.'),
    doneWithRest: () => t('The access rules are written. The file cannot say everything.'),
  };
}
