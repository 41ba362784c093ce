import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { AccessFilePlan } from '../../core/accessControl/writeAccessFile';
import type { SyncOperationResult } from '../../core/models/operation';
import type { SkippedItem } from '../../core/models/plan';
import type { Project } from '../../core/project/project';
import { SyncError } from '../../core/syncError';
import { applyMove } from '../commands/applyMove';
import { stopWithNotice } from '../commands/stopWithNotice';
import { readSettings } from '../host/settings';
import type { CommandHandler } from '../runCommand';
import type { Services } from '../services';
import { exportWords } from './accessMoveWords';
import { requireDatabaseOf } from './requireAccess';

/**
 * Writes the database's role rules to a file, once its comparison with what is there was looked at. The question is no modal:
 * one could not scroll the comparison behind it.
 */
export const exportAccessRules: CommandHandler = async (services) => {
  const { t, quietContext } = services;
  const project = await requireDatabaseOf(services);
  const { AccessControlLocalSync } = await import('../../core/accessControl/accessControlLocalSync');
  const path = await askPath(services, project);
  const plan = await new AccessControlLocalSync(project, quietContext()).planExport(path);
  if (plan.steps.length === 0) stopWithNotice(t('{0} says the same as the database.', basename(path)));
  await showPlan(services, plan);
  await askToWrite(services, plan);
  const { keepBackups } = readSettings(vscode.Uri.file(project.root));
  await applyMove(services, {
    words: exportWords(t),
    answers: {},
    apply: async (context) =>
      written(plan, await new AccessControlLocalSync(project, context, { keepBackups }).applyExport(plan)),
  });
};

async function askPath({ t }: Services, { servicesDir }: Project): Promise<string> {
  const { accessFileNames, accessFolder } = await import('../../core/accessControl/readAccessFiles');
  const folder = accessFolder(servicesDir);
  const known = accessFileNames.map((name) => ({ label: name, path: join(folder, name) }));
  const chosen = await vscode.window.showQuickPick(
    [...known, { label: t('Another File…'), path: undefined }],
    { title: t('Export Access Rules to File'), placeHolder: t('Comments of rules that stay are kept.') },
  );
  if (chosen === undefined) throw new SyncError('cancelled', 'No file was chosen.');
  if (chosen.path !== undefined) return chosen.path;
  const uri = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(join(folder, 'exported.yaml')),
    filters: { YAML: ['yaml', 'yml'] },
  });
  if (uri === undefined) throw new SyncError('cancelled', 'No file was chosen.');
  return uri.fsPath;
}

async function showPlan({ snapshots, t }: Services, { steps: [step] }: AccessFilePlan): Promise<void> {
  if (step === undefined) return;
  const name = basename(step.path);
  await vscode.commands.executeCommand(
    'vscode.diff',
    snapshots.take(name, step.before ?? ''),
    snapshots.take(name, step.content),
    t('{0} (as it is ↔ as the database has it)', name),
    { preview: true },
  );
}

async function askToWrite({ t }: Services, { steps, exported, target }: AccessFilePlan): Promise<void> {
  const write = t('Write File');
  const lossy = exported.lossy.length;
  const question =
    steps[0]?.before === null
      ? t('Write {0} role rules to {1}?', exported.rules, target.label)
      : t(
          'Write {0} role rules over {1}? The old file goes to a backup first.',
          exported.rules,
          target.label,
        );
  const lost = lossy === 0 ? '' : ` ${t('Things that the file cannot say: {0}.', lossy)}`;
  const answer = await vscode.window.showInformationMessage(question + lost, write);
  if (answer !== write) throw new SyncError('cancelled', 'Not confirmed.');
}

/** What the file cannot say is told after the file was written. */
function written(
  plan: AccessFilePlan,
  backup: string | undefined,
): SyncOperationResult<{ readonly left: readonly SkippedItem[] }> {
  return {
    operation: plan.operation,
    success: true,
    items_synced: plan.steps.length,
    items_skipped: 0,
    errors: [],
    details: { left: [] },
    state: { kind: 'completed' },
    plan_id: plan.id,
    ...(backup !== undefined && { backup }),
    warnings: plan.exported.lossy.map(({ message }) => message),
  };
}
