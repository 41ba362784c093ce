import * as vscode from 'vscode';
import { applyMove } from '../commands/applyMove';
import { requireProject } from '../commands/readyState';
import { stopWithNotice } from '../commands/stopWithNotice';
import { readSettings } from '../host/settings';
import { restoreWords } from '../messages';
import type { CommandHandler } from '../runCommand';

/** Brings back the rows that the last sync on save has replaced or made; files stay as they were saved. */
export const undoSave: CommandHandler = async (services) => {
  const { t, quietContext, saves } = services;
  const project = await requireProject(services);
  const id = saves.last();
  if (id === undefined) stopWithNotice(t('Nothing was synced on save that could be undone.'));
  const { BackupService } = await import('../../core/backups/backupService');
  const { keepBackups } = readSettings(vscode.Uri.file(project.root));
  const plan = await new BackupService(project, quietContext(), keepBackups).planRestore(id);
  saves.undone();
  await applyMove(services, {
    words: restoreWords(t),
    answers: {},
    apply: (context) => new BackupService(project, context, keepBackups).applyRestore(plan),
  });
};
