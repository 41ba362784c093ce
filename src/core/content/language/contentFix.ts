import type { ContentProblem } from '../../models/content';
import type { ContentSource } from '../config/contentSource';
import type { TextEdit } from '../../yaml/textEdit';

/** What a fix does, for its title. `value` is a text as people read it, without YAML's quotes. */
export type FixChange =
  | { readonly kind: 'addKey'; readonly key: string; readonly value: string }
  | { readonly kind: 'renameKey'; readonly from: string; readonly to: string }
  | { readonly kind: 'setValue'; readonly key: string; readonly value: string }
  | { readonly kind: 'quoteValue'; readonly key: string; readonly value: string }
  | { readonly kind: 'addFrontmatter' };

/** The one right answer to a problem, where there is one. */
export interface ContentFix {
  readonly problem: ContentProblem;
  readonly change: FixChange;
  /** In offsets of the whole document. */
  readonly edit: TextEdit;
}

/** What the fixes of a content file may need to know besides its text. */
export interface FixContext {
  /** Of the file, relative to the project's root, with `/`. */
  readonly path: string;
  readonly source: ContentSource;
  /** The day that a missing `published_at` gets: `YYYY-MM-DD`. */
  readonly today: string;
}
