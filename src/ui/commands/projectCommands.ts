import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ProductionTarget } from '../../core/project/productionTargets';
import type { Project } from '../../core/project/project';
import { SyncError } from '../../core/syncError';
import { inEditorWords } from '../editorWords';
import { settings } from '../contributions';
import { writeProjectSetting } from '../host/settings';
import { openProject } from '../project/openProject';
import { projectDocument } from '../project/projectDocument';
import type { CommandHandler } from '../runCommand';
import { describeToken } from '../signIn/describeToken';
import type { Translate } from '../translate';
import { requireProject } from './readyState';
import { stopWithNotice } from './stopWithNotice';

/** What was found of the project, and where each value comes from. */
export const showProject: CommandHandler = async (services) => {
  const project = await requireProject(services);
  const { describeProject } = await import('../../core/project/describeProject');
  const page = projectDocument(services.t, describeProject(project), await describeToken(services, project));
  await services.reports.show(services.t('Project'), page);
};

export const selectProfile: CommandHandler = async (services) => {
  const { t } = services;
  const opened = await openProject(services.secrets);
  const available = opened?.project.profilesAvailable ?? [];
  if (opened === undefined || available.length === 0) {
    stopWithNotice(t('There are no profiles in .systemprompt/profiles.'));
  }
  const current = opened.project.profile?.name;
  const choices = available.map((label) => ({
    label,
    ...(label === current && { description: t('in use') }),
  }));
  const chosen = await vscode.window.showQuickPick(choices, { title: t('Select Profile') });
  if (chosen === undefined) throw new SyncError('cancelled', 'No profile was chosen.');
  await writeProjectSetting(settings.profile, chosen.label, opened.folder);
  await services.refresh();
};

/** Keeps the URL in the editor's secret storage; an empty input takes it out again. */
export const setDatabaseUrl: CommandHandler = async (services) => {
  const { t, secrets, log } = services;
  const project = await requireProject(services);
  const { parseDatabaseUrl } = await import('../../core/database/databaseTarget');
  const fault = (url: string): string | undefined => {
    try {
      parseDatabaseUrl(url, t('the input'));
      return undefined;
    } catch (error) {
      if (SyncError.is(error)) return inEditorWords([error.message, error.hint].filter(Boolean).join(' '));
      throw error;
    }
  };
  const stored = await secrets.read(project.root);
  const url = await vscode.window.showInputBox({
    title: t('Database URL of {0}', project.root),
    prompt:
      stored === undefined
        ? t('It is kept in the secret storage of this editor, never in a file.')
        : t('A URL is stored; leave this empty to remove it.'),
    placeHolder: 'postgres://USER:PASSWORD@HOST:PORT/NAME',
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? undefined : fault(value.trim())),
  });
  if (url === undefined) throw new SyncError('cancelled', 'No URL was given.');
  if (url.trim() === '') await secrets.remove(project.root);
  else {
    log.redactor.add(url.trim());
    await secrets.store(project.root, url.trim());
  }
  await services.refresh();
};

/** Opens the file that the profile's database URL is read from, or the profile. */
export const openSecrets: CommandHandler = async (services) => {
  const { profile, root } = await requireProject(services);
  if (profile === undefined) stopWithNotice(services.t('No profile is in use in {0}.', root));
  const secretsFile = vscode.Uri.file(join(profile.path, '..', 'secrets.json'));
  const exists = await fileExists(secretsFile);
  await vscode.window.showTextDocument(exists ? secretsFile : vscode.Uri.file(profile.path));
};

async function fileExists(file: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(file);
    return true;
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return false;
    throw error;
  }
}

/** After this, writing to the host needs no typed confirmation any more. */
export const markNotProduction: CommandHandler = async (services) => {
  const { t } = services;
  const project = await requireProject(services);
  const found = await productionTargets(project);
  if (found.length === 0) stopWithNotice(t('Nothing of this project counts as production.'));
  const chosen = found.length === 1 ? found[0] : await pickTarget(t, found);
  if (chosen === undefined) throw new SyncError('cancelled', 'No target was chosen.');
  const mark = t('Mark as Not Production');
  const detail = t(
    'It counts as production because {0}. Changes to {1} will then be written without its name being typed first.',
    chosen.reason,
    chosen.host,
  );
  const question = t('Is {0} not in production?', chosen.label);
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, mark);
  if (answer !== mark) throw new SyncError('cancelled', 'Not confirmed.');
  const { markNonProduction } = await import('../../core/database/targets');
  await markNonProduction(project.root, chosen.host);
  await services.refresh();
  const still = (await productionTargets(await requireProject(services))).find(
    ({ label }) => label === chosen.label,
  );
  if (still !== undefined)
    stopWithNotice(t('{0} still counts as production: {1}.', still.label, still.reason));
};

async function productionTargets(project: Project): Promise<readonly ProductionTarget[]> {
  const { listProductionTargets } = await import('../../core/project/productionTargets');
  return listProductionTargets(project);
}

async function pickTarget(
  t: Translate,
  targets: readonly ProductionTarget[],
): Promise<ProductionTarget | undefined> {
  const picks = targets.map((target) => ({ label: target.label, detail: target.reason, target }));
  const title = t('What is not in production?');
  return (await vscode.window.showQuickPick(picks, { title }))?.target;
}
