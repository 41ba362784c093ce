import type { ContentDiff, SourceDiff } from '../../core/models/contentDiff';

const known = new WeakMap<SourceDiff['invalid'], ReadonlySet<string>>();

/**
 * The folders of all content files that a diff knows, equal, different and invalid ones; relative to the project's root; a set
 * for each source.
 *
 * Fifty thousand paths are not looked at after every save: saved files stay where they are, and a diff that was brought up to
 * date shares the list of what is invalid with the one before. Its sets are the same ones then.
 */
export function contentFolders({ sources }: ContentDiff): readonly ReadonlySet<string>[] {
  return sources.map(foldersOf);
}

function foldersOf({ equal, differences, invalid }: SourceDiff): ReadonlySet<string> {
  const before = known.get(invalid);
  if (before) return before;
  const folders = new Set<string>();
  const add = (path: string | null | undefined) => {
    if (typeof path === 'string') folders.add(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  };
  for (const { path } of equal) add(path);
  for (const { file } of differences) add(file?.path);
  for (const { problem } of invalid) add(problem.path);
  known.set(invalid, folders);
  return folders;
}
