import ignore from 'ignore';
import { SyncError } from '../syncError';

export interface PathSelection {
  readonly selected: (path: string) => boolean;
  /** Those that name one file and hold no wildcard. */
  readonly named: ReadonlySet<string>;
}

/**
 * The files that `--path` patterns choose: gitignore syntax over paths relative to the services directory, as in
 * `.systempromptignore`; without patterns, every file.
 *
 * @throws SyncError `invalidInput` for an empty pattern
 */
export function selectPaths(patterns: readonly string[]): PathSelection {
  if (patterns.length === 0) return { selected: () => true, named: new Set() };
  if (patterns.some((pattern) => pattern.trim() === '')) {
    throw new SyncError('invalidInput', 'A --path pattern is empty.', {
      hint: 'Name a file or a pattern, relative to the services directory: content/** or agents/a.yaml.',
    });
  }
  const rules = ignore().add([...patterns]);
  return {
    // A directory is selected with all that is in it; its name comes with a `/` at its end.
    selected: (path) => ignore.isPathValid(path) && rules.ignores(path),
    named: new Set(
      patterns.filter((pattern) => !/[*?[\]!\\]/.test(pattern)).map((path) => path.replace(/^\//, '')),
    ),
  };
}
