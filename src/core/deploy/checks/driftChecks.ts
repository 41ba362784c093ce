import { AccessControlLocalSync } from '../../accessControl/accessControlLocalSync';
import { counted } from '../../counted';
import { FileSyncService } from '../../files/fileSyncService';
import { SyncError } from '../../syncError';
import { ok, warning, type CheckFinding, type CheckRule } from '../checkInput';

/**
 * Differences that a deploy would bury: the container is replaced, and files that only it has are gone. They are shown and
 * never stop a deploy, nor does a side that cannot be asked: not every server can.
 */
export const driftChecks: readonly CheckRule[] = [
  {
    id: 'filesDrift',
    title: 'Files in step',
    run: ({ project, context, env, apiToken }) =>
      orWarning('files', async () => {
        if (project.mode === 'none') return undefined;
        const files = new FileSyncService({ project, context, env, apiToken, keepCaches: false });
        try {
          const { differences } = await files.diff();
          const there = differences.filter(({ local, origin }) => !local || origin !== 'local').length;
          if (differences.length === 0) return ok('The tenant has the same files.');
          return warning(
            `Different from the tenant: ${counted(differences.length, 'file')}` +
              (there === 0
                ? ', all changed here.'
                : `; what ${there} of them hold there is lost with the container.`),
            there === 0
              ? 'Nothing has to be done: the image brings them along.'
              : 'Look at them, and pull what you want to keep.',
            { area: 'files' },
          );
        } finally {
          await files.close();
        }
      }),
  },
  {
    id: 'accessControlDrift',
    title: 'Access control in step',
    run: ({ project, context }) =>
      orWarning('accessControl', async () => {
        if (project.database === undefined) return undefined;
        const { inSync } = await new AccessControlLocalSync(project, context).diff();
        if (inSync) return ok('The database has the rules of the files.');
        return warning(
          'The database has other access rules than the files.',
          'Look at them, and apply the files.',
          {
            area: 'accessControl',
          },
        );
      }),
  },
];

async function orWarning(
  area: 'files' | 'accessControl',
  compare: () => Promise<CheckFinding | undefined>,
): Promise<CheckFinding | undefined> {
  try {
    return await compare();
  } catch (error) {
    if (!SyncError.is(error) || error.code === 'cancelled' || error.code === 'internal') throw error;
    // What a project does not use, or a server does not offer, is not in the way.
    if (error.code === 'missingConfig' || error.code === 'unsupported') return undefined;
    return warning(`Not compared: ${error.message}`, error.hint ?? 'Compare by hand.', { area });
  }
}
