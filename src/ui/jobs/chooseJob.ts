import * as vscode from 'vscode';
import { jobNames } from '../../core/jobs/job';
import { SyncError } from '../../core/syncError';
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
  const named = subjectOf(args[0]);
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

function subjectOf(target: unknown): string | undefined {
  if (typeof target === 'string') return target;
  if (typeof target !== 'object' || target === null || !('row' in target)) return undefined;
  const { row } = target;
  if (typeof row !== 'object' || row === null || !('subject' in row)) return undefined;
  return typeof row.subject === 'string' ? row.subject : undefined;
}
