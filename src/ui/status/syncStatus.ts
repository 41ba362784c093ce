import { reportError } from '../errorReport';
import { commands, type CommandId } from '../contributions';
import type { ChangesState } from '../changes/projectView';
import type { Translate } from '../translate';
import { countDirections, type DirectionCounts } from './countDirections';

/** What the status bar item shows; undefined hides it. */
export interface SyncStatus {
  readonly text: string;
  /** In words: the same is read out by a screen reader. */
  readonly tooltip: string;
  readonly command: CommandId;
  readonly severity: 'none' | 'warning' | 'error';
}

export function syncStatus(t: Translate, { view, activity }: ChangesState): SyncStatus | undefined {
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
      return compared(t, countDirections(view.diff), view.diff.inSync);
  }
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

function compared(t: Translate, counts: DirectionCounts, inSync: boolean): SyncStatus {
  const command = commands.focusChanges;
  if (inSync) {
    return {
      text: '$(check)',
      tooltip: t('Systemprompt Sync: disk and database are in sync'),
      command,
      severity: 'none',
    };
  }
  const parts: (readonly [number, string, string])[] = [
    [counts.down, `${counts.down}↓`, t('{0} to bring to disk', counts.down)],
    [counts.up, `${counts.up}↑`, t('{0} to bring to the database', counts.up)],
    [
      counts.unknown,
      `~${counts.unknown}`,
      t('{0} different, with no record of which side changed', counts.unknown),
    ],
    [counts.conflicts, `!${counts.conflicts}`, t('{0} in conflict', counts.conflicts)],
    [counts.invalid, `×${counts.invalid}`, t('{0} invalid', counts.invalid)],
  ];
  const shown = parts.filter(([count]) => count > 0);
  return {
    text: ['$(sync)', ...shown.map(([, short]) => short)].join(' '),
    tooltip: t('Systemprompt Sync: {0}', shown.map(([, , words]) => words).join(', ')),
    command,
    severity: 'none',
  };
}
