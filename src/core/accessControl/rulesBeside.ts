import { join } from 'node:path';
import { SyncError } from '../syncError';
import { ruleDigest } from './accessRule';
import type { AccessState } from './accessState';
import { expandRules } from './expandRules';
import {
  accessFileNames,
  accessFolder,
  isAccessFile,
  readAccessFiles,
  type AccessFilesPlace,
} from './readAccessFiles';

/**
 * The rules that the other one of the project's two files says, and the database too: they need not be said a second time in
 * the file that is about to be written.
 *
 * @param path absolute; of any other file, nothing stands beside it
 * @returns their `ruleKeyText`
 */
export async function rulesBeside(
  path: string,
  place: AccessFilesPlace,
  state: AccessState,
): Promise<Set<string>> {
  const folder = accessFolder(place.servicesDir);
  const said = new Set<string>();
  if (!isAccessFile(path, place.servicesDir)) return said;
  for (const name of accessFileNames) {
    const file = join(folder, name);
    if (file === path) continue;
    try {
      const { rules } = await readAccessFiles({ ...place, file });
      for (const [key, rule] of expandRules(rules, [...state.entities.values()]).rules) {
        const stored = state.rules.get(key);
        if (stored && ruleDigest(stored) === ruleDigest(rule)) said.add(key);
      }
    } catch (error) {
      if (!SyncError.is(error, 'missingConfig')) throw error;
    }
  }
  return said;
}
