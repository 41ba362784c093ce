import { contentKeyText } from '../../core/models/content';
import type { ContentDiff, ContentDifference } from '../../core/models/contentDiff';

/** What a save is brought into the database for, and what it is not. */
export interface SavedItems {
  /** `contentKeyText` of the items that go. */
  readonly keys: ReadonlySet<string>;
  /** Items of saved files that somebody has to decide about. */
  readonly undecided: readonly ContentDifference[];
  /** Saved files that cannot be read as content; the Problems view says why. */
  readonly invalid: readonly string[];
}

/**
 * Of the saved files, those that are new or that are known to have changed on disk alone. Pure.
 * @param paths of the saved files, relative to the project's root, with `/`
 */
export function savedItems(diff: ContentDiff, paths: ReadonlySet<string>): SavedItems {
  const saved = diff.sources.flatMap(({ differences }) =>
    differences.filter(({ file }) => file !== undefined && paths.has(file.path)),
  );
  const invalid = diff.sources.flatMap(({ invalid: found }) =>
    found.flatMap(({ problem: { path } }) => (path !== null && paths.has(path) ? [path] : [])),
  );
  return {
    keys: new Set(saved.filter(isKnownToGo).map(contentKeyText)),
    undecided: saved.filter((item) => !isKnownToGo(item)),
    invalid: [...new Set(invalid)],
  };
}

function isKnownToGo({ kind, origin }: ContentDifference): boolean {
  return kind === 'added' ? origin !== 'database' : kind === 'modified' && origin === 'disk';
}
