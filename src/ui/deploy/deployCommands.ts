import * as vscode from 'vscode';
import { SyncError } from '../../core/syncError';
import { requireProject } from '../commands/readyState';
import { stopWithNotice } from '../commands/stopWithNotice';
import { commands, views } from '../contributions';
import { inEditorWords } from '../editorWords';
import { errorForLog } from '../errorReport';
import { withCancellableProgress } from '../host/withProgress';
import { actionLabel } from '../messages';
import { subjectOf } from '../operations/subjectOf';
import { openPlace, type CommandHandler } from '../runCommand';
import type { Services } from '../services';
import { carryOutDeploy, type DeployRequest } from './carryOutDeploy';
import { fixOf } from './checkRows';
import { withDeployService } from './openDeployService';
import { readDeployOptions } from './readDeployOptions';
import { readReleases } from './readReleases';
import { releaseText } from './releaseRows';
import { reportDeploy } from './reportDeploy';

/** Asks the preflight and shows its answers in the view; changes nothing. */
export const checkDeploy: CommandHandler = async (services) => {
  const { deploys, t, log, lifetime } = services;
  const project = await requireProject(services);
  await vscode.commands.executeCommand(`${views.operations}.focus`);
  deploys.show({ checking: true });
  try {
    const checks = await withCancellableProgress(
      { logger: log.logger, lifetime },
      t('Checking whether a deploy can go'),
      (context) =>
        withDeployService(services, project, context, (service) =>
          service.preflight(readDeployOptions(project.root)),
        ),
    );
    deploys.show({ checks });
  } finally {
    deploys.show({ checking: false });
  }
};

export const deploy: CommandHandler = async (services) => {
  const project = await requireProject(services);
  await run(services, { kind: 'deploy', options: readDeployOptions(project.root) });
};

/** Of a row of the view, or of one that is chosen. */
export const rollBack: CommandHandler = async (services, node) => {
  await requireProject(services);
  await run(services, { kind: 'rollback', tag: subjectOf(node) ?? (await chooseRelease(services)) });
};

/** Where the cause of a check can be looked at: its area, its file, or else what to do in words. */
export const showCheck: CommandHandler = async (services, id) => {
  const { deploys, refresh, t } = services;
  const check = deploys.state.checks?.find((each) => each.id === id);
  if (check === undefined) return;
  if (check.area !== undefined) {
    await vscode.commands.executeCommand(commands.focusChanges);
    await refresh([check.area]);
  } else if (check.file !== undefined && check.state !== 'ok') {
    await openPlace(services, { path: check.file, line: 1, column: 1 });
  } else if (check.state !== 'ok') {
    const text = inEditorWords([check.message, fixOf(check) ?? ''].join(' ').trim());
    const signIn = check.id === 'token' ? [actionLabel(t, 'signIn')] : [];
    const chosen = await vscode.window.showWarningMessage(text, ...signIn);
    if (chosen !== undefined) await vscode.commands.executeCommand(commands.signIn);
  }
};

export const showDeployOutput: CommandHandler = ({ deployOutput }) => {
  deployOutput.show();
  return Promise.resolve();
};

async function run(services: Services, request: DeployRequest): Promise<void> {
  const { deployOutput, log, lifetime } = services;
  const project = await requireProject(services);
  const output = deployOutput.logger();
  try {
    const result = await carryOutDeploy(services, project, request, {
      run: (title, work) => withCancellableProgress({ logger: log.logger, lifetime }, title, work),
      line: (text) => output.info(text),
    });
    // Not awaited: the command has ended, and a message may stay open for hours.
    void reportDeploy(services, result);
  } catch (error) {
    if (!SyncError.is(error, 'cancelled')) output.error(errorForLog(error));
    throw error;
  }
}

async function chooseRelease(services: Services): Promise<string> {
  const { t, deploys, quietContext } = services;
  await readReleases(services);
  const { releases = [], live, problem } = deploys.state;
  if (problem !== undefined) stopWithNotice(problem);
  if (releases.length === 0) stopWithNotice(t('Nothing was released from here yet.'));
  const now = quietContext().now();
  const choices = releases.map((release) => {
    const { label, description } = releaseText(t, release, { isLive: release === live, now });
    return { label, description };
  });
  const chosen = await vscode.window.showQuickPick(choices, {
    title: t('Roll Back'),
    placeHolder: t('Which release? Its image is released again; data is not restored.'),
    matchOnDescription: true,
  });
  if (chosen === undefined) throw new SyncError('cancelled', 'No release was chosen.');
  return chosen.label;
}
