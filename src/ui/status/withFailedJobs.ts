import { commands } from '../contributions';
import type { FailedJob } from '../jobs/failedJobs';
import type { Translate } from '../translate';
import type { SyncStatus } from './syncStatus';

/** With the runs that nobody has looked at yet: they are told before anything else, with what waits behind them. */
export function withFailedJobs(
  t: Translate,
  failed: readonly FailedJob[],
  status: SyncStatus | undefined,
): SyncStatus | undefined {
  const [first, ...others] = failed;
  if (first === undefined) return status;
  const what =
    first.name === undefined
      ? t('Systemprompt Sync: the jobs do not run. {0}', first.reason)
      : t('Systemprompt Sync: {0} failed. {1}', first.name, first.reason);
  const more = others.length === 0 ? '' : ` ${t('And {0} more.', others.length)}`;
  const counts = status?.text.replace(/\$\([^)]*\) ?/g, '') ?? '';
  return {
    text: ['$(error)', t('job failed'), ...(counts === '' ? [] : [`· ${counts}`])].join(' '),
    tooltip: [`${what}${more}`, ...(status === undefined ? [] : [status.tooltip])].join('\n'),
    command: commands.showJobHistory,
    severity: 'error',
  };
}
