import type { FilesDirection } from '../../core/files/filesPlan';
import type { MoveWords } from '../messages';
import type { Translate } from '../translate';

/** @param tenant its name and host, as a plan's target calls it */
export function filesWords(t: Translate, direction: FilesDirection, tenant: string): MoveWords {
  return direction === 'push' ? pushWords(t, tenant) : pullWords(t, tenant);
}

function pushWords(t: Translate, tenant: string): MoveWords {
  return {
    progress: t('Pushing files to {0}', tenant),
    question: (files) =>
      files === 1 ? t('Push 1 file to {0}?', tenant) : t('Push {0} files to {1}?', files, tenant),
    accept: t('Push'),
    acceptAll: (files) => (files === 1 ? t('Push, Local Wins') : t('Push All {0}, Local Wins', files)),
    done: (files) => t('Files pushed to the tenant: {0}', files),
    doneWithRest: (files, left) => t('Files pushed to the tenant: {0}. Left as they were: {1}.', files, left),
  };
}

function pullWords(t: Translate, tenant: string): MoveWords {
  return {
    progress: t('Pulling files from {0}', tenant),
    question: (files) =>
      files === 1 ? t('Pull 1 file from {0}?', tenant) : t('Pull {0} files from {1}?', files, tenant),
    accept: t('Pull'),
    acceptAll: (files) => (files === 1 ? t('Pull, Tenant Wins') : t('Pull All {0}, Tenant Wins', files)),
    done: (files) => t('Files pulled from the tenant: {0}', files),
    doneWithRest: (files, left) =>
      t('Files pulled from the tenant: {0}. Left as they were: {1}.', files, left),
  };
}

/** @param direction `push` deletes on the tenant, `pull` here */
export function deleteFilesWords(t: Translate, direction: FilesDirection, tenant: string): MoveWords {
  return {
    progress: t('Deleting files'),
    question: (files) => deleteQuestion(t, direction, tenant, files),
    accept: t('Delete'),
    acceptAll: () => t('Delete'),
    done: (files) => t('Deleted: {0}', files),
    doneWithRest: (files, left) => t('Deleted: {0}. Left as they were: {1}.', files, left),
  };
}

function deleteQuestion(t: Translate, direction: FilesDirection, tenant: string, files: number): string {
  if (direction === 'pull')
    return files === 1
      ? t('Delete 1 local file, which {0} does not have?', tenant)
      : t('Delete {0} local files, which {1} does not have?', files, tenant);
  return files === 1 ? t('Delete 1 file on {0}?', tenant) : t('Delete {0} files on {1}?', files, tenant);
}
