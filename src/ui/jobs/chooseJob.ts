import * as vscode from 'vscode';
import { jobNames } from '../../core/jobs/job';
import { SyncError } from '../../core/syncError';
import { subjectOf } from '../operations/subjectOf';
import type { Services } from '../services';
import { jobText } from './jobText';

/**
 * The job that a command was invoked on: a row of the view or a name; asks where it was neither.
 * @throws SyncError `cancelled` when none was chosen
 */
export async function chooseJob(
  { t, jobs, quietContext }: Services,
  args: readonly unknown[],
  title: string,
): Promise<string> {
  const [target] = args;
  const named = typeof target === 'string' ? target : subjectOf(target);
  if (named !== undefined) return named;
  const listed = jobs.state.overview.jobs.filter(({ scheduler }) => scheduler === 'project');
  const choices = jobNames.map((name) => {
    const job = listed.find((each) => each.name === name);
    const running = jobs.state.running.has(name);
    const detail = job === undefined ? undefined : jobText(t, job, { running, now: quietContext().now() });
    return { label: name, description: detail?.description ?? t('not in the schedule') };
  });
  const chosen = await vscode.window.showQuickPick(choices, { title });
  if (chosen === undefined) throw new SyncError('cancelled', 'No job was chosen.');
  return chosen.label;
}
