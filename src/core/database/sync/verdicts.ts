import type { SkippedItem } from '../../models/plan';
import type { SyncTable } from './syncTables';

/**
 * What is to be done about a row that differs, as the target's server decided it. The reasons for leaving one are kept as
 * codes in SQL and put into words here.
 */
export type Verdict =
  | 'create'
  | 'update'
  | 'unchanged'
  | 'protectedOnly'
  | 'refused'
  | 'nameTaken'
  | 'emailTaken'
  | 'ownerMissing'
  | 'ownerDiffers'
  | 'changedInTarget'
  | 'deletedInTarget'
  | 'targetNewer'
  | 'targetWins'
  | 'bothChanged'
  | 'undecided'
  | 'moved';

type Left = Exclude<Verdict, 'create' | 'update' | 'unchanged'>;

/** Why a row is left as it is; `detail` is what the server named: a key, a condition, columns. */
export function reasonOf(verdict: Left, detail: string, table: SyncTable): Omit<SkippedItem, 'item'> {
  switch (verdict) {
    case 'protectedOnly':
      return {
        kind: 'skipped',
        reason: `only protected columns differ (${detail}); --include-protected carries them`,
      };
    case 'refused':
      return { kind: 'invalid', reason: `the target would refuse it: ${detail}` };
    case 'nameTaken':
      return { kind: 'conflict', reason: `its name is taken by user ${detail} in the target` };
    case 'emailTaken':
      return { kind: 'conflict', reason: `its e-mail is taken by user ${detail} in the target` };
    case 'ownerMissing':
      return { kind: 'invalid', reason: `its owner ${detail} is not in the target` };
    case 'ownerDiffers':
      return {
        kind: 'conflict',
        reason: `it belongs to user ${detail} in the target; a context never changes its owner`,
      };
    case 'changedInTarget':
      return { kind: 'skipped_modified', reason: 'changed in the target only since the last sync' };
    case 'deletedInTarget':
      return {
        kind: 'skipped_modified',
        reason: 'deleted in the target since the last sync; --conflict source creates it again',
      };
    case 'targetNewer':
      return { kind: 'skipped_modified', reason: 'the target is newer' };
    case 'targetWins':
      return { kind: 'skipped', reason: 'differs, and the target was chosen (--conflict target)' };
    case 'bothChanged':
      return {
        kind: 'conflict',
        reason: `changed on both sides since the last sync${timeNote(table)}; --conflict source|target decides`,
      };
    case 'undecided':
      return {
        kind: 'conflict',
        reason: `differs, and nothing says which side is newer${timeNote(table)}; --conflict source|target decides`,
      };
    case 'moved':
      return {
        kind: 'conflict',
        reason: 'one side has changed since the plan was made; nothing was done for it, compare again',
      };
  }
}

function timeNote({ hasTrueTime }: SyncTable): string {
  return hasTrueTime
    ? ''
    : ' (updated_at of a context is the time of its last write, not of its last change)';
}
