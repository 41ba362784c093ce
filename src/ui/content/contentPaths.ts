import type { ContentDiff } from '../../core/models/contentDiff';

/** Every content file that a diff knows, relative to the project's root: equal, different and invalid ones. */
export function contentPaths(diff: ContentDiff): string[] {
  return diff.sources.flatMap(({ equal, differences, invalid }) => [
    ...equal.map(({ path }) => path),
    ...differences.flatMap(({ file }) => (file === undefined ? [] : [file.path])),
    ...invalid.flatMap(({ problem }) => (problem.path === null ? [] : [problem.path])),
  ]);
}
