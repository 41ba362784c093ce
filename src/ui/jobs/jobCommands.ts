import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { jobsFilePath } from '../../core/jobs/jobsFilePath';
import { errnoOf } from '../../core/syncError';
import { requireProject } from '../commands/readyState';
import { settings } from '../contributions';
import { writeProjectSetting } from '../host/settings';
import { openPlace, type CommandHandler } from '../runCommand';
import { chooseJob } from './chooseJob';
import { historyDocument } from './historyDocument';
import { openJobService } from './openJobService';

/** For every runner on the database, not for this editor alone. */
export function pauseJob(paused: boolean): CommandHandler {
  return async (services, ...args) => {
    const project = await requireProject(services);
    const name = await chooseJob(services, args, services.t('Jobs'));
    await (await openJobService(services, project, services.quietContext())).setPaused(name, paused);
    services.jobs.refresh();
  };
}

/** The runs of a job as a page. Without a job: the one that has failed, so that the status bar leads to its reason. */
export const showJobHistory: CommandHandler = async (services, ...args) => {
  const { t, jobs, log, reports, quietContext } = services;
  const [failed] = jobs.failed;
  if (args.length === 0 && failed !== undefined && failed.name === undefined) return log.show();
  const project = await requireProject(services);
  const name = await chooseJob(services, args.length === 0 ? [failed?.name] : args, t('History'));
  const runs = await (await openJobService(services, project, quietContext())).runsOf(name);
  await reports.show(t('History of {0}', name), historyDocument(t, name, runs, quietContext().now()));
  jobs.lookedAt(name);
};

/** Opens jobs.yaml, at a line where one is given; where there is none, one with an example that does nothing. */
export const editSchedule: CommandHandler = async (services, line) => {
  const project = await requireProject(services);
  const { openStateDirectory } = await import('../../core/state/stateDirectory');
  await openStateDirectory(project.root).ensure();
  await writeFile(join(project.root, jobsFilePath), example(services.t), { flag: 'wx', mode: 0o600 }).catch(
    unlessThere,
  );
  await openPlace(services, { path: jobsFilePath, line: typeof line === 'number' ? line : 1, column: 1 });
};

/** Turns the jobs on or off for this workspace. */
export function switchJobs(on: boolean): CommandHandler {
  return async (services) => {
    const project = await requireProject(services);
    await writeProjectSetting(settings.jobsEnabled, on, vscode.Uri.file(project.root));
  };
}

function example(t: (text: string) => string): string {
  return [
    `# ${t('Six fields, in UTC: second minute hour day-of-month month weekday. Both have to fit, day and weekday.')}`,
    'jobs: []',
    '#  - name: content_sync',
    "#    schedule: '0 */15 * * * *'",
    '#    parameters: { direction: to_db }',
    '',
  ].join('\n');
}

function unlessThere(error: unknown): void {
  if (errnoOf(error) !== 'EEXIST') throw error;
}
