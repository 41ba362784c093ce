import { isConflict, type FileDifference, type FilesDiff } from '../../core/files/filesDiff';
import type { FilesDetails } from '../../core/files/filesOutcome';
import type { FilesPlan } from '../../core/files/filesPlan';
import { countFiles } from '../../core/files/filesReport';
import type { SyncOperationResult } from '../../core/models/operation';
import { countActions, type SkippedItem } from '../../core/models/plan';
import { counted } from '../../core/counted';

/** What `files diff` tells people: a line per file, then what takes no part, then one line that says it all. */
export function diffLines(diff: FilesDiff): string[] {
  const { added, modified, deleted, conflicts, unchanged } = countFiles(diff);
  const excluded = diff.excluded.filter(({ kind }) => kind !== 'ignored');
  return [
    ...diff.differences.map(differenceLine),
    ...excluded.map(({ path, reason }) => `  left out  ${path}: ${reason}`),
    ...diff.states,
    diff.inSync
      ? `In sync: ${unchanged} files.`
      : `${added} on one side, ${modified} different, ${deleted} deleted on one side (${conflicts} to decide), ` +
        `${unchanged} unchanged.`,
  ];
}

function differenceLine(item: FileDifference): string {
  const word = isConflict(item) ? 'conflict' : wordOf(item);
  return `  ${word.padEnd(9)} ${item.path}  (${noteOf(item)})`;
}

function wordOf({ local, remote }: FileDifference): string {
  if (local && remote) return 'modified';
  return local ? 'local' : 'remote';
}

function noteOf({ local, remote, base, origin }: FileDifference): string {
  if (!local) return base === undefined ? 'only on the tenant' : gone(origin, 'here');
  if (!remote) return base === undefined ? 'only here' : gone(origin, 'on the tenant');
  if (origin === 'both') return 'changed on both sides';
  if (origin === 'unknown') return 'no earlier sync says which side changed';
  return origin === 'local' ? 'changed here' : 'changed on the tenant';
}

function gone(origin: FileDifference['origin'], where: string): string {
  return origin === 'both' ? `deleted ${where}, changed on the other side` : `deleted ${where}`;
}

export function planLines(plan: FilesPlan): string[] {
  const { create, update, delete: deletes } = countActions(plan.steps);
  return [
    ...plan.steps.map(({ action, path, size }) => {
      return `  ${action.padEnd(9)} ${path}${action === 'delete' ? '' : `  (${size} bytes)`}`;
    }),
    ...plan.left.map(leftLine),
    `Plan ${plan.id.slice(0, 12)} for ${plan.target.label}: ${create} to create, ${update} to update, ${deletes} to delete, ` +
      `${plan.left.length} left, ${plan.unchanged} equal, ${plan.bytes} bytes. Nothing was changed.`,
  ];
}

export function resultLines(result: SyncOperationResult<FilesDetails>): string[] {
  const { details } = result;
  if (!details) return result.errors.map((error) => `failed: ${error}`);
  const written = details.uploaded ?? details.written ?? [];
  const sent =
    details.requests === undefined
      ? ''
      : ` (${counted(details.requests, 'request')}, ${details.bytes_sent ?? 0} bytes)`;
  const verb = details.uploaded === undefined ? 'written' : 'uploaded';
  const stopped = result.state.kind === 'partial' ? result.errors.slice(0, 1) : [];
  return [
    ...details.left.map(leftLine),
    ...stopped.map((error) => `stopped: ${error}`),
    `${written.length} ${verb}${sent}, ${details.deleted.length} deleted, ${details.unchanged} unchanged, ` +
      `${details.left.length} left, ${details.excluded.length} left out.`,
    ...(result.backup === undefined ? [] : [`Old files are in backup ${result.backup}.`]),
  ];
}

function leftLine({ item, kind, reason }: SkippedItem): string {
  return `  ${kind === 'skipped_modified' ? 'left     ' : kind.padEnd(9)} ${item}: ${reason}`;
}
