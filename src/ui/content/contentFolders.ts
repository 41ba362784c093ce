import type { ContentDiff } from '../../core/models/contentDiff';

/** The folders of all content files that a diff knows, equal, different and invalid ones; relative to the project's root. */
export function contentFolders(diff: ContentDiff): Set<string> {
  const folders = new Set<string>();
  const add = (path: string | null | undefined) => {
    if (typeof path === 'string') folders.add(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  };
  // Fifty thousand paths are looked at after every save: no lists of them are made.
  for (const { equal, differences, invalid } of diff.sources) {
    for (const { path } of equal) add(path);
    for (const { file } of differences) add(file?.path);
    for (const { problem } of invalid) add(problem.path);
  }
  return folders;
}
