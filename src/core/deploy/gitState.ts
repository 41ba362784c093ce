import type { Environment } from '../project/project';
import { SyncError } from '../syncError';
import { runCommand } from './commandRunner';

/** The commit that is built, and what is not part of it. */
export interface GitState {
  /** Undefined outside of a repository, and where git is not installed. */
  readonly sha: string | undefined;
  /** Why there is no commit to name; undefined when there is one. */
  readonly reason?: 'noRepository' | 'noGit';
  /** Paths below the project that differ from the commit, new files included. */
  readonly dirty: readonly string[];
}

/**
 * @throws SyncError `gitShaUnavailable` inside of a repository whose commit cannot be named; `cancelled`
 */
export async function readGitState(
  root: string,
  env: Environment,
  signal: AbortSignal | undefined,
): Promise<GitState> {
  // A repository must not be able to have a program of its choice run: fsmonitor would be one.
  const git = (...args: string[]) =>
    runCommand(
      {
        program: 'git',
        args: ['-c', 'core.fsmonitor=false', ...args],
        cwd: root,
        env: { ...env, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
      },
      { signal, mask: (text) => text },
    );
  try {
    await git('rev-parse', '--is-inside-work-tree');
  } catch (error) {
    if (isMissingGit(error)) return { sha: undefined, reason: 'noGit', dirty: [] };
    if (isOutside(error)) return { sha: undefined, reason: 'noRepository', dirty: [] };
    throw unavailable(root, error);
  }
  try {
    const sha = (await git('rev-parse', '--short', 'HEAD')).stdout[0] ?? '';
    if (!/^[0-9a-f]{4,64}$/.test(sha)) throw unavailable(root, undefined);
    const status = await git('-c', 'core.quotePath=false', 'status', '--porcelain', '--', '.');
    return { sha, dirty: status.stdout.map((line) => line.slice(3)) };
  } catch (error) {
    if (SyncError.is(error, 'cancelled') || SyncError.is(error, 'gitShaUnavailable')) throw error;
    throw unavailable(root, error);
  }
}

function isMissingGit(error: unknown): boolean {
  return SyncError.is(error, 'commandSpawnFailed') && error.details?.['reason'] === 'notFound';
}

function isOutside(error: unknown): boolean {
  if (SyncError.is(error, 'cancelled')) throw error;
  return SyncError.is(error, 'commandFailed') && /not a git repository/i.test(error.message);
}

function unavailable(root: string, cause: unknown): SyncError {
  const output = SyncError.is(cause) ? cause.details?.['output'] : undefined;
  const said = Array.isArray(output) && output.length > 0 ? ` Git says: ${String(output.at(-1))}` : '';
  return new SyncError('gitShaUnavailable', `The commit of ${root} cannot be named.${said}`, {
    hint: 'Make the first commit, or repair the repository; a tag of your own (--tag) needs no commit.',
    details: { root },
    cause,
  });
}
