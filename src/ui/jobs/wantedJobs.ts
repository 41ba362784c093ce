import * as vscode from 'vscode';
import { netstrings, sha256 } from '../../core/digest';
import type { Project } from '../../core/project/project';
import { messageOf } from '../../core/syncError';
import { projectOf } from '../changes/projectView';
import { readSettings } from '../host/settings';
import { openProject } from '../project/openProject';
import type { Services } from '../services';

/** A project whose jobs are to run in this window. */
export interface WantedJobs {
  readonly project: Project;
  /** Equal keys mean that nothing has to be started anew. A digest: a database's URL is part of it. */
  readonly key: string;
}

/** Undefined while the folder is not trusted, holds no project, or nobody has turned the jobs on. */
export async function wantedJobs(services: Services): Promise<WantedJobs | undefined> {
  if (!vscode.workspace.isTrusted || services.lifetime.aborted) return undefined;
  const project = await projectOfWindow(services);
  if (project === undefined) return undefined;
  const { jobsEnabled, jobsSchedule } = readSettings(vscode.Uri.file(project.root));
  if (!jobsEnabled) return undefined;
  const { root, servicesDir, profile, database } = project;
  const parts = [root, servicesDir, profile?.path ?? '', database?.url() ?? ''];
  return { project, key: sha256(netstrings([...parts, JSON.stringify(jobsSchedule) ?? ''])) };
}

/** The jobs do not wait for the first comparison, which may be turned off. */
async function projectOfWindow({ store, secrets, log }: Services): Promise<Project | undefined> {
  const { view } = store.state;
  if (view.kind !== 'starting') return projectOf(view);
  if (!readSettings(vscode.workspace.workspaceFolders?.[0]?.uri).jobsEnabled) return undefined;
  try {
    return (await openProject(secrets))?.project;
  } catch (error) {
    log.logger.debug(`No jobs run: ${messageOf(error)}`);
    return undefined;
  }
}
