import * as vscode from 'vscode';
import { SyncError } from '../../core/syncError';
import { confirmPlan } from '../confirmPlan';
import { readSettings } from '../host/settings';
import { restoreWords } from '../messages';
import type { CommandHandler } from '../runCommand';
import { applyMove } from './applyMove';
import { requireProject } from './readyState';
import { stopWithNotice } from './stopWithNotice';

/** Brings old values back from a backup; what changed since is only touched when the user says so. */
export const restoreBackup: CommandHandler = async (services) => {
  const { t, quietContext } = services;
  const project = await requireProject(services);
  const { BackupService } = await import('../../core/backups/backupService');
  const { keepBackups, confirmOverwrite: policy } = readSettings(vscode.Uri.file(project.root));
  const service = new BackupService(project, quietContext(), keepBackups);

  const backups = await service.list();
  if (backups.length === 0)
    stopWithNotice(t('There are no backups yet: one is made whenever something is overwritten.'));
  const choices = backups.map((backup) => ({
    label: new Date(backup.created_at).toLocaleString(),
    description: t('{0} · items: {1}', operationName(t, backup.operation), backup.items),
    detail: backup.target,
    id: backup.id,
  }));
  const chosen = await vscode.window.showQuickPick(choices, {
    title: t('Restore Backup'),
    placeHolder: t('Which backup? The newest is first.'),
    matchOnDescription: true,
  });
  if (chosen === undefined) throw new SyncError('cancelled', 'No backup was chosen.');

  const plan = await service.planRestore(chosen.id);
  const wider = await service.planRestore(chosen.id, { override: true });
  const forced = wider.steps.length - plan.steps.length;
  const choice = { plan, ...(forced > 0 && { bolder: { plan: wider, forced } }) };
  const words = restoreWords(t);
  const confirmed = await confirmPlan(choice, { t, words, policy });
  await applyMove(services, {
    words,
    answers: confirmed.answers,
    apply: (context) =>
      new BackupService(project, context, keepBackups).applyRestore(confirmed.plan, confirmed.answers),
  });
};

function operationName(t: (text: string) => string, operation: string): string {
  switch (operation) {
    case 'content_to_db':
      return t('push to the database');
    case 'content_to_disk':
      return t('pull to disk');
    case 'files_push':
      return t('push to the tenant');
    case 'files_pull':
      return t('pull from the tenant');
    case 'access_control_sync':
      return t('apply access rules');
    case 'database_push':
      return t('push to the cloud database');
    case 'database_pull':
      return t('pull from the cloud database');
    case 'access_control_export':
      return t('write access rules to a file');
    case 'restore':
      return t('restore');
    default:
      return operation;
  }
}
