import { SyncError } from '../../syncError';
import { failure, ok, warning, type CheckRule } from '../checkInput';
import { childEnvironment } from '../childEnvironment';
import { requireEngine } from '../engine';

/** How many changed files a message names. */
const named = 5;

/** What this machine has to bring along: an engine that answers, and the commit that is built. */
export const machineChecks: readonly CheckRule[] = [
  {
    id: 'engine',
    title: 'Container engine',
    run: async ({ project, options, env, context, engine }) => {
      if (options.skipBuild === true && options.skipPush === true) return undefined;
      try {
        const found = await engine();
        if (options.builder !== undefined && !found.buildx) {
          return failure(
            `${found.program} has no buildx, so there is no builder ${options.builder}.`,
            'Install the buildx plugin, or leave the builder out.',
          );
        }
        const server = await requireEngine(found, {
          cwd: project.root,
          env: childEnvironment(env),
          signal: context.signal,
        });
        return ok(`${found.version}, engine ${server}${found.buildx ? ', with buildx' : ''}.`);
      } catch (error) {
        if (SyncError.is(error, 'commandSpawnFailed'))
          return failure(error.message, error.hint ?? 'Install Docker or Podman.', { code: error.code });
        if (SyncError.is(error, 'commandFailed'))
          return failure(unreachable(error), 'Start the engine, and check that you may use it.', {
            code: error.code,
          });
        throw error;
      }
    },
  },
  {
    id: 'git',
    title: 'Git',
    run: async ({ options, git }) => {
      try {
        const { sha, reason, dirty } = await git();
        if (reason === 'noGit') return noCommit('Git was not found on PATH', options.tag);
        if (sha === undefined) return noCommit('The project is in no git repository', options.tag);
        if (dirty.length === 0) return ok(`Commit ${sha}, nothing changed since.`);
        const more = dirty.length > named ? ` and ${dirty.length - named} more` : '';
        return warning(
          `Commit ${sha} with changes that are not committed: ${dirty.slice(0, named).join(', ')}${more}.`,
          'Commit them, so that the tag names what was deployed.',
        );
      } catch (error) {
        if (!SyncError.is(error, 'gitShaUnavailable')) throw error;
        const fix = error.hint ?? 'Repair the repository.';
        if (options.tag !== undefined) return warning(error.message, fix);
        return failure(error.message, fix, { code: error.code });
      }
    },
  },
];

function noCommit(why: string, tag: string | undefined) {
  const says = tag === undefined ? ': the tag ends with nogit' : '';
  return warning(`${why}${says}.`, 'Keep the project in git, so that a release can be traced to its commit.');
}

function unreachable({ details, message }: SyncError): string {
  const output = details?.['output'];
  return Array.isArray(output) && output.length > 0 ? String(output.at(-1)) : message;
}
