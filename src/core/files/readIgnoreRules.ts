import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import ignore from 'ignore';
import { ioError } from '../state/ioReason';
import { errnoOf } from '../syncError';

/** True when a path, relative to the services directory and with a `/` at the end of a directory, is to be left out. */
export type IgnoreRules = (path: string) => boolean;

export const ignoreFileName = '.systempromptignore';

/**
 * The rules of `.systempromptignore` in the project's root and in the services directory (gitignore syntax; each relative
 * to its own folder, the services directory's having the last word). Asked with paths relative to the services directory.
 *
 * @throws SyncError `io`: rules that cannot be read are not taken for none
 */
export async function readIgnoreRules(projectRoot: string, servicesDir: string): Promise<IgnoreRules> {
  const prefix = relative(projectRoot, servicesDir).split(sep).join('/');
  const [outer, inner] = [await readRules(projectRoot), await readRules(servicesDir)];
  if (outer === undefined && inner === undefined) return () => false;
  const below = ignore().add(outer ?? '');
  const own = ignore().add(inner ?? '');
  return (path) => {
    // A name from a server may be anything; what is no relative path is judged by other rules.
    if (!ignore.isPathValid(path)) return false;
    const said = own.test(path);
    return said.ignored || (!said.unignored && below.ignores(prefix === '' ? path : `${prefix}/${path}`));
  };
}

async function readRules(folder: string): Promise<string | undefined> {
  const path = join(folder, ignoreFileName);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw ioError(`Could not read ${path}`, error);
  }
}
