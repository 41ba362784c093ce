import type { AccessProblem } from '../accessProblem';
import type { DeclaredRule } from '../declaredRule';
import type { EntityCatalog } from '../entityCatalog';
import { expandRules } from '../expandRules';
import { parseAccessFile } from '../parseAccessFile';
import { undeclaredIds } from '../undeclaredIds';

export interface AccessTextPlace {
  /** Of the document, relative to the project's root, with `/`. */
  readonly path: string;
  /** Rules that count beside the document's own: those of the other file, for a contradiction between the two. */
  readonly others: readonly DeclaredRule[];
  readonly catalog: EntityCatalog;
}

/**
 * Everything that is wrong with the text of one access-control file, whether or not it has been saved. A contradiction with
 * the other file stands here, at the rule of this text. Never throws.
 */
export function checkAccessText(text: string, { path, others, catalog }: AccessTextPlace): AccessProblem[] {
  const parsed = parseAccessFile(text, path);
  const elsewhere = others.filter(({ place }) => place.file.path !== path);
  const joined = expandRules([...elsewhere, ...parsed.rules], undefined).problems;
  return [
    ...parsed.problems,
    ...joined.filter((problem) => problem.path === path),
    ...undeclaredIds(parsed.rules, catalog),
  ];
}
