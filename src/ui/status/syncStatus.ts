import { reportError } from '../errorReport';
import { commands, type CommandId } from '../contributions';
import type { ChangesState } from '../changes/projectView';
import type { Translate } from '../translate';
import { otherAreaIds } from '../changes/changesArea';
import { countAll, countAreas } from '../changes/countAll';
import { countWords } from './countWords';
import { countOpen, type DirectionCounts } from './directionCounts';

/** What the status bar item shows; undefined hides it. */
export interface SyncStatus {
  readonly text: string;
  /** In words: the same is read out by a screen reader. */
  readonly tooltip: string;
  readonly command: CommandId;
  readonly severity: 'none' | 'warning' | 'error';
}

export function syncStatus(t: Translate, state: ChangesState): SyncStatus | undefined {
  const { view, activity } = state;
  switch (view.kind) {
    case 'starting':
    case 'noFolder':
    case 'noProject':
    case 'untrusted':
      return undefined;
    case 'noDatabase':
      return attention(t('Systemprompt Sync: no database is set up'), 'warning', commands.focusChanges);
    case 'noContentConfig':
      return attention(
        t('Systemprompt Sync: the project has no content config'),
        'warning',
        commands.focusChanges,
      );
    case 'databaseFailed':
    case 'failed': {
      if (activity !== undefined) return busy(t, activity);
      const text = reportError(t, view.error)?.text ?? '';
      return attention(t('Systemprompt Sync: could not compare. {0}', text), 'error', commands.showLog);
    }
    case 'ready':
      if (activity !== undefined) return busy(t, activity);
      return compared(t, state, view.diff.inSync);
  }
}

/** A token that is about to end is told here, beside what was compared: no message for it opens by itself. */
export function withSignIn(
  status: SyncStatus | undefined,
  notice: string | undefined,
): SyncStatus | undefined {
  if (status === undefined || notice === undefined) return status;
  return { ...status, text: `${status.text} $(key)`, tooltip: `${status.tooltip}. ${notice}` };
}

function busy(t: Translate, activity: 'comparing' | 'applying'): SyncStatus {
  const tooltip =
    activity === 'comparing'
      ? t('Systemprompt Sync: comparing disk and database')
      : t('Systemprompt Sync: writing changes');
  return { text: '$(sync~spin)', tooltip, command: commands.focusChanges, severity: 'none' };
}

function attention(tooltip: string, severity: 'warning' | 'error', command: CommandId): SyncStatus {
  return { text: severity === 'error' ? '$(error) sync' : '$(warning) sync', tooltip, command, severity };
}

function compared(t: Translate, state: ChangesState, contentInSync: boolean): SyncStatus {
  const command = commands.focusChanges;
  const counts = countAll(state);
  const failed = otherAreaIds.filter((id) => state.areas[id].kind === 'failed');
  if (contentInSync && countOpen(counts) === 0 && failed.length === 0) {
    const onlyContent = otherAreaIds.every((id) => state.areas[id].kind !== 'ready');
    const tooltip = onlyContent
      ? t('Systemprompt Sync: disk and database are in sync')
      : t('Systemprompt Sync: everything that was compared is in sync');
    return { text: '$(check)', tooltip, command, severity: 'none' };
  }
  const words = [
    ...countAreas(state).flatMap(([id, found]) => countWords(t, id, found) ?? []),
    ...(failed.length > 0 ? [t('{0} areas could not be compared', failed.length)] : []),
  ];
  return {
    text: ['$(sync)', ...shortCounts(counts), ...(failed.length > 0 ? ['$(warning)'] : [])].join(' '),
    tooltip: t('Systemprompt Sync: {0}', words.join('; ')),
    command,
    severity: 'none',
  };
}

function shortCounts({ down, up, unknown, conflicts, invalid }: DirectionCounts): string[] {
  const parts: (readonly [number, string])[] = [
    [down, `${down}↓`],
    [up, `${up}↑`],
    [unknown, `~${unknown}`],
    [conflicts, `!${conflicts}`],
    [invalid, `×${invalid}`],
  ];
  return parts.filter(([count]) => count > 0).map(([, text]) => text);
}
