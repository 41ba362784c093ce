import type { RunContext } from '../ports';
import { SyncError } from '../syncError';
import { describeProblem } from '../describeProblem';
import type { AccessProblem } from './accessProblem';
import { readEntityCatalog, type EntityCatalog } from './entityCatalog';
import { expandRules } from './expandRules';
import { readAccessFiles, type AccessFilesPlace, type DeclaredAccess } from './readAccessFiles';
import { undeclaredIds } from './undeclaredIds';

/** What the files say, checked as far as that goes without a database. */
export interface CheckedAccess extends DeclaredAccess {
  readonly catalog: EntityCatalog;
}

/**
 * Reads the access-control files of a project, and everything that can be wrong in them alone.
 * @throws SyncError `missingConfig` when there are none, `cancelled`
 */
export async function checkAccess(place: AccessFilesPlace, context: RunContext): Promise<CheckedAccess> {
  const declared = await readAccessFiles(place);
  const catalog = await readEntityCatalog(place.servicesDir, context.signal);
  const problems = [
    ...declared.problems,
    ...expandRules(declared.rules, undefined).problems,
    ...undeclaredIds(declared.rules, catalog),
  ];
  return { ...declared, problems, catalog };
}

/** For an operation that cannot go on with these errors. */
export function unusable(errors: readonly AccessProblem[]): SyncError {
  const shown = errors.slice(0, 5).map(describeProblem);
  const [first] = errors;
  const more = errors.length > shown.length ? ` And ${errors.length - shown.length} more.` : '';
  return new SyncError(
    'invalidInput',
    `The access rules have errors. ${shown.join(' ')}${more} Nothing was changed.`,
    {
      hint: 'Correct them; "acl diff" lists them all.',
      details: {
        problems: errors.map(describeProblem),
        ...(first && first.path !== null && { path: first.path, line: first.line, column: first.column }),
      },
    },
  );
}
