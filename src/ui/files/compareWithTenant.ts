import type { RunContext } from '../../core/ports';
import type { Project } from '../../core/project/project';
import type { Services } from '../services';
import type { Translate } from '../translate';
import type { FilesComparison } from './filesComparison';
import { withFileSync } from './withFileSync';

/** Compares the services directory with the tenant's manifest. @throws SyncError as FileSyncService says */
export async function compareWithTenant(
  t: Translate,
  { tokens, log, filesMemory }: Pick<Services, 'tokens' | 'log' | 'filesMemory'>,
  project: Project,
  context: RunContext,
): Promise<FilesComparison> {
  return withFileSync({ tokens, log }, project, context, async (files) => {
    const startedAt = context.now();
    const diff = await files.diff();
    const target = await files.target();
    log.logger.info(
      `Compared files with ${target.label} in ${context.now() - startedAt} ms: ${diff.differences.length} differ.`,
    );
    const noPushes = filesMemory.takesNoPushes.has(diff.tenant)
      ? [t('This server takes no pushes: run the tenant endpoint beside the deployment to receive them.')]
      : [];
    return { diff, target, states: [...new Set([...diff.states, ...noPushes])] };
  });
}
