import { commands, type CommandId } from '../contributions';
import type { Translate } from '../translate';

/** How sync on save fares. */
export type SaveState =
  | { readonly kind: 'quiet' }
  /** The database counts as production: nothing is synced. */
  | { readonly kind: 'production'; readonly target: string }
  | { readonly kind: 'synced'; readonly items: number; readonly backup: string | undefined }
  | { readonly kind: 'left'; readonly names: readonly string[] }
  | { readonly kind: 'failed'; readonly reason: string };

export interface SaveStatus {
  readonly text: string;
  readonly tooltip: string;
  readonly command: CommandId;
  /** False: it goes away by itself. */
  readonly stays: boolean;
}

/** What stands beside the sync status; undefined hides it. Pure. */
export function saveStatus(t: Translate, state: SaveState): SaveStatus | undefined {
  switch (state.kind) {
    case 'quiet':
      return undefined;
    case 'production':
      return {
        text: `$(circle-slash) ${t('sync on save is off')}`,
        tooltip: t('Nothing is synced on save: {0} counts as production.', state.target),
        command: commands.showProject,
        stays: true,
      };
    case 'synced':
      return {
        text: `$(check) ${t('saved and synced: {0}', state.items)}${state.backup === undefined ? '' : ` · ${t('Undo')}`}`,
        tooltip:
          state.backup === undefined
            ? t('Rows written to the database: {0}.', state.items)
            : t('Rows written to the database: {0}. A click brings the old ones back.', state.items),
        command: state.backup === undefined ? commands.focusChanges : commands.undoSave,
        stays: false,
      };
    case 'left':
      return {
        text: `$(circle-slash) ${t('not synced on save')}`,
        tooltip: t('Not synced on save: {0}. The Changes view and Problems say why.', state.names.join(', ')),
        command: commands.focusChanges,
        stays: false,
      };
    case 'failed':
      return {
        text: `$(warning) ${t('not synced on save')}`,
        tooltip: t('Not synced on save. {0}', state.reason),
        command: commands.showLog,
        stays: false,
      };
  }
}
