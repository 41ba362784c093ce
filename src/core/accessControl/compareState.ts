import type { BaseState } from '../state/baseStore';
import { errorsOf, type AccessDiff } from './accessDiff';
import type { AccessState } from './accessState';
import type { CheckedAccess } from './checkAccess';
import { compareAccess } from './compareAccess';
import { expandRules } from './expandRules';

/** What files and database differ in. Pure. @param target identity of the database */
export function compareState(
  checked: CheckedAccess,
  state: AccessState,
  base: BaseState | undefined,
  target: string,
): AccessDiff {
  const wanted = expandRules(checked.rules, [...state.entities.values()]);
  const compared = compareAccess(wanted, state, base);
  // What the expansion without a database has found is found again, with more.
  const fromFiles = checked.problems.filter(
    ({ rule }) => rule !== 'contradiction' && rule !== 'duplicateRule',
  );
  const problems = [...fromFiles, ...wanted.problems, ...compared.problems];
  const inSync = compared.rules.length + compared.entities.length + errorsOf({ problems }).length === 0;
  return {
    ...compared,
    problems,
    inSync,
    files: checked.files.map(({ path }) => path),
    others: checked.others,
    target,
    hasBase: base !== undefined,
    state,
  };
}

/** For files with errors: the database is not asked then. */
export function nothingCompared({ files, others, problems }: CheckedAccess, target: string): AccessDiff {
  return {
    inSync: false,
    files: files.map(({ path }) => path),
    others,
    rules: [],
    entities: [],
    unmanaged: [],
    unmanagedEntities: [],
    unchanged: 0,
    agreed: [],
    gone: [],
    problems,
    wantedRules: 0,
    managedRules: 0,
    target,
    hasBase: false,
    state: undefined,
  };
}
