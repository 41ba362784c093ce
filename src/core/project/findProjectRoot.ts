import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, messageOf, SyncError } from '../syncError';

export interface FoundRoot {
  /** Absolute, without symbolic links. */
  readonly root: string;
  /** What made it the root: `.systemprompt/` or `services/content/config.yaml`. */
  readonly marker: string;
}

/**
 * The first folder at or above `start` that holds `.systemprompt/`, or `services/content/config.yaml` (issue: project
 * discovery; a looser form of cloud.md 3.1).
 *
 * @throws SyncError notProjectRoot that names the start and what was looked for
 */
export async function findProjectRoot(start: string): Promise<FoundRoot> {
  const first = await startFolder(start);
  for (let folder = first; ; folder = path.dirname(folder)) {
    if (await isDirectory(path.join(folder, '.systemprompt')))
      return { root: folder, marker: '.systemprompt/' };
    if (await isFile(path.join(folder, 'services', 'content', 'config.yaml'))) {
      return { root: folder, marker: 'services/content/config.yaml' };
    }
    if (folder === path.dirname(folder)) break;
  }
  throw new SyncError(
    'notProjectRoot',
    `There is no systemprompt.io project in ${first} or any folder above it.`,
    {
      hint: 'A project holds .systemprompt/ or services/content/config.yaml. Open its folder, or name it with --project.',
      details: { start: first },
    },
  );
}

async function startFolder(start: string): Promise<string> {
  try {
    const real = await realpath(path.resolve(start));
    return (await isDirectory(real)) ? real : path.dirname(real);
  } catch (error) {
    throw new SyncError('notProjectRoot', `The folder ${start} cannot be opened: ${messageOf(error)}`, {
      hint: 'Name an existing folder of the project with --project.',
      details: { start },
      cause: error,
    });
  }
}

/** False when it does not exist or may not be looked at. */
export async function isDirectory(file: string): Promise<boolean> {
  return (await kindOf(file)) === 'directory';
}

/** False when it does not exist or may not be looked at. */
export async function isFile(file: string): Promise<boolean> {
  return (await kindOf(file)) === 'file';
}

async function kindOf(file: string): Promise<'directory' | 'file' | undefined> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) return 'directory';
    return found.isFile() ? 'file' : undefined;
  } catch (error) {
    // Any refusal (missing, a file in the way, no right) means that nothing usable is there.
    if (errnoOf(error) !== undefined) return undefined;
    throw error;
  }
}
