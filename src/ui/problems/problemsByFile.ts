import type { ContentProblem } from '../../core/models/content';
import type { ContentDiff } from '../../core/models/contentDiff';

/** Everything that was found in files, errors and warnings, by project-relative path. Problems of rows have no file. */
export function problemsByFile(diff: ContentDiff): Map<string, ContentProblem[]> {
  const found = [
    ...diff.warnings,
    ...diff.sources.flatMap(({ invalid }) => invalid.map(({ problem }) => problem)),
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
