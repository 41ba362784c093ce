import { join } from 'node:path';
import { SyncError } from '../syncError';
import { describeEntity, describeRule, ruleDigest, type EntityKey } from './accessRule';
import type { AccessState } from './accessState';
import { expandRules } from './expandRules';
import { note, type LossyNote } from './exportableRules';
import {
  accessFileNames,
  accessFolder,
  isAccessFile,
  readAccessFiles,
  type AccessFilesPlace,
} from './readAccessFiles';

/** What the other one of the project's two files says, beside the file that is about to be written. */
export interface RulesBeside {
  /** `ruleKeyText` of rules that it says as the database has them: they need not be said a second time. */
  readonly rules: ReadonlySet<string>;
  /** `entityKeyText` of entities that it opens to everybody. */
  readonly opened: ReadonlySet<string>;
  /** Where it says other than the database: what is exported holds only once that is corrected as well. */
  readonly contradictions: readonly LossyNote[];
}

export const nothingBeside: RulesBeside = { rules: new Set(), opened: new Set(), contradictions: [] };

/** @param path absolute; of any other file than the two, nothing stands beside it */
export async function rulesBeside(
  path: string,
  place: AccessFilesPlace,
  state: AccessState,
): Promise<RulesBeside> {
  if (!isAccessFile(path, place.servicesDir)) return nothingBeside;
  const folder = accessFolder(place.servicesDir);
  const other = accessFileNames.map((name) => join(folder, name)).find((file) => file !== path);
  try {
    const { rules, files } = await readAccessFiles({ ...place, file: other });
    const said = expandRules(rules, [...state.entities.values()]);
    const same = new Set<string>();
    const opened = new Set<string>();
    const contradictions: LossyNote[] = [];
    const contradict = (entity: EntityKey, what: string) =>
      contradictions.push(
        note(
          'other_file',
          entity,
          `${files[0]?.path} says ${what}, and the database does not: export over it too.`,
        ),
      );
    for (const [key, rule] of said.rules) {
      const stored = state.rules.get(key);
      if (stored && ruleDigest(stored) === ruleDigest(rule)) same.add(key);
      else contradict(rule, `${rule.access} of ${describeRule(rule)}`);
    }
    for (const [key, entity] of said.entities) {
      if (entity.defaultIncluded) opened.add(key);
      const stored = state.entities.get(key)?.defaultIncluded ?? false;
      if (entity.saysDefault && entity.defaultIncluded !== stored)
        contradict(entity, `default_included ${entity.defaultIncluded} of ${describeEntity(entity)}`);
    }
    return { rules: same, opened, contradictions };
  } catch (error) {
    if (SyncError.is(error, 'missingConfig')) return nothingBeside;
    throw error;
  }
}
