import type { AccessDiff } from '../../core/accessControl/accessDiff';
import type { ContentProblem } from '../../core/models/content';
import type { ContentDiff } from '../../core/models/contentDiff';

/** What the last comparisons have found, as far as there were any. */
export interface Compared {
  readonly content?: ContentDiff | undefined;
  readonly access?: AccessDiff | undefined;
}

/** Everything that was found in files, errors and warnings, by project-relative path. Problems of rows have no file. */
export function problemsByFile({ content, access }: Compared): Map<string, ContentProblem[]> {
  const found: ContentProblem[] = [
    ...(content?.warnings ?? []),
    ...(content?.sources ?? []).flatMap(({ invalid }) => invalid.map(({ problem }) => problem)),
    ...(access?.problems ?? []),
  ];
  const byFile = new Map<string, ContentProblem[]>();
  for (const problem of found) {
    if (problem.path === null) continue;
    const problems = byFile.get(problem.path);
    if (problems === undefined) byFile.set(problem.path, [problem]);
    else problems.push(problem);
  }
  return byFile;
}
