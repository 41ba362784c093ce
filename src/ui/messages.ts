import type { ContentDirection } from '../core/content/contentPlan';
import type { DatabaseDirection } from '../core/database/sync/syncOptions';
import type { ErrorAction } from './errorReport';
import type { Translate } from './translate';

/** Labels of the buttons under an error. */
export function actionLabel(t: Translate, action: ErrorAction): string {
  switch (action) {
    case 'setDatabaseUrl':
      return t('Set Database URL…');
    case 'markNotProduction':
      return t('Mark as Not Production…');
    case 'selectProfile':
      return t('Select Profile…');
    case 'signIn':
      return t('Sign In…');
    case 'setToken':
      return t('Set Token…');
    case 'selectTenant':
      return t('Select Tenant…');
    case 'openSettings':
      return t('Open Settings');
    case 'openFile':
      return t('Open File');
    case 'refresh':
      return t('Refresh');
    case 'checkDeploy':
      return t('Check Again');
    case 'showDeployOutput':
      return t('Show Output');
    case 'showLog':
      return t('Show Log');
  }
}

/** What a command does, in the words of its progress, its question and its report. */
export interface MoveWords {
  readonly progress: string;
  readonly question: (items: number) => string;
  readonly accept: string;
  readonly acceptAll: (items: number) => string;
  /** What `acceptAll` does beyond `accept`, where that is not simply that the giving side wins. */
  readonly forced?: (items: number, acceptAll: string) => string;
  readonly done: (items: number) => string;
  readonly doneWithRest: (items: number, left: number) => string;
}

export function moveWords(t: Translate, direction: ContentDirection): MoveWords {
  return direction === 'to-db'
    ? {
        progress: t('Pushing to the database'),
        question: (items) =>
          items === 1 ? t('Push 1 item to the database?') : t('Push {0} items to the database?', items),
        accept: t('Push'),
        acceptAll: (items) => (items === 1 ? t('Push, Disk Wins') : t('Push All {0}, Disk Wins', items)),
        done: (items) => t('Pushed to the database: {0}', items),
        doneWithRest: (items, left) => t('Pushed to the database: {0}. Left as they were: {1}.', items, left),
      }
    : {
        progress: t('Pulling to disk'),
        question: (items) => (items === 1 ? t('Pull 1 item to disk?') : t('Pull {0} items to disk?', items)),
        accept: t('Pull'),
        acceptAll: (items) =>
          items === 1 ? t('Pull, Database Wins') : t('Pull All {0}, Database Wins', items),
        done: (items) => t('Pulled to disk: {0}', items),
        doneWithRest: (items, left) => t('Pulled to disk: {0}. Left as they were: {1}.', items, left),
      };
}

export function deleteWords(t: Translate, direction: ContentDirection): MoveWords {
  const row = direction === 'to-db';
  return {
    progress: t('Deleting'),
    question: (items) => deleteQuestion(t, row, items),
    accept: t('Delete'),
    acceptAll: () => t('Delete'),
    done: (items) => t('Deleted: {0}', items),
    doneWithRest: (items, left) => t('Deleted: {0}. Left as they were: {1}.', items, left),
  };
}

function deleteQuestion(t: Translate, row: boolean, items: number): string {
  if (row)
    return items === 1
      ? t('Delete 1 row from the database?')
      : t('Delete {0} rows from the database?', items);
  return items === 1 ? t('Delete 1 file from disk?') : t('Delete {0} files from disk?', items);
}

export function restoreWords(t: Translate): MoveWords {
  return {
    progress: t('Restoring the backup'),
    question: (items) =>
      items === 1 ? t('Restore 1 item from the backup?') : t('Restore {0} items from the backup?', items),
    accept: t('Restore'),
    acceptAll: (items) =>
      items === 1 ? t('Restore, Although Changed') : t('Restore All {0}, Also Changed Ones', items),
    done: (items) => t('Restored: {0}', items),
    doneWithRest: (items, left) => t('Restored: {0}. Left as they were: {1}.', items, left),
  };
}

export function databaseWords(t: Translate, direction: DatabaseDirection): MoveWords {
  return direction === 'push'
    ? {
        progress: t('Pushing users and contexts'),
        question: (rows) =>
          rows === 1
            ? t('Push 1 row to the cloud database?')
            : t('Push {0} rows to the cloud database?', rows),
        accept: t('Push'),
        acceptAll: (rows) => t('Push All {0}, Own Database Wins', rows),
        done: (rows) => t('Pushed to the cloud database: {0}', rows),
        doneWithRest: (rows, left) =>
          t('Pushed to the cloud database: {0}. Left as they were: {1}.', rows, left),
      }
    : {
        progress: t('Pulling users and contexts'),
        question: (rows) =>
          rows === 1
            ? t('Pull 1 row from the cloud database?')
            : t('Pull {0} rows from the cloud database?', rows),
        accept: t('Pull'),
        acceptAll: (rows) => t('Pull All {0}, Cloud Wins', rows),
        done: (rows) => t('Pulled from the cloud database: {0}', rows),
        doneWithRest: (rows, left) =>
          t('Pulled from the cloud database: {0}. Left as they were: {1}.', rows, left),
      };
}
