import { ioError } from './ioReason';
import type { StateDirectory } from './stateDirectory';

const id = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * True for a name that only we give: a random id. Whoever sweeps a folder of the state removes nothing else: a cloned project may
 * hold a link in its place, to another folder of the project.
 *
 * @param suffix that follows the id
 */
export function isOwnName(name: string, suffix = ''): boolean {
  return name.endsWith(suffix) && id.test(name.slice(0, name.length - suffix.length));
}

/**
 * Names of ours in a part of the state.
 * @param what is listed, for the error
 * @param suffix see `isOwnName`
 * @throws SyncError `io`
 */
export async function listOwn(
  state: StateDirectory,
  part: string,
  what: string,
  suffix = '',
): Promise<readonly string[]> {
  try {
    const names = await state.fileSystem.list(state.path(part));
    return names.filter((name) => isOwnName(name, suffix));
  } catch (error) {
    throw ioError(`Could not list ${what}`, error);
  }
}
