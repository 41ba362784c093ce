import { contextValues } from '../contributions';
import type { OperationGroup } from '../operations/operationGroup';
import type { RowText } from '../operations/operationRow';
import type { Services } from '../services';
import type { Translate } from '../translate';
import { jobRows } from './jobRows';
import type { JobsState } from './jobsStore';

/**
 * The jobs of the project. While they are off, the welcome contents of the view say how to turn them on; beside the groups of
 * deploys, which hide those contents, a row does.
 */
export function jobsGroup({ t, jobs, deploys, quietContext }: Services): OperationGroup {
  const head = { id: 'jobs', icon: 'watch', contextValue: '', text: () => headText(t, jobs.state) };
  const offHead = { ...head, contextValue: contextValues.jobsOff, text: () => offText(t) };
  return {
    head: () => (jobs.state.on ? head : deploys.state.on ? offHead : undefined),
    rows: () => jobRows(t, jobs.state, quietContext().now),
    onDidChange: jobs.onDidChange,
    opened: () => jobs.refresh(),
  };
}

/** How the schedule fares as a whole. */
export function headText(t: Translate, { overview, stopped }: JobsState): RowText {
  const label = t('Jobs');
  const description = stopped === undefined ? countText(t, overview.jobs) : t('not running: {0}', stopped);
  return {
    label,
    description,
    tooltip: [label, description, ...overview.warnings],
    spoken: `${label}, ${description}`,
  };
}

function offText(t: Translate): RowText {
  const label = t('Jobs');
  const description = t('off: nothing runs by itself');
  return { label, description, tooltip: [label, description], spoken: `${label}, ${description}` };
}

function countText(t: Translate, jobs: JobsState['overview']['jobs']): string {
  const ours = jobs.filter(({ scheduler }) => scheduler === 'project');
  if (ours.length === 0) return t('none is listed in .systemprompt/sync/jobs.yaml');
  const failed = ours.filter(({ last_status: status }) => status === 'failed').length;
  return failed === 0 ? '' : t('failed: {0}', failed);
}
