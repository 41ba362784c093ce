import type { ContentKey, ContentProblem, ScannedFile } from '../../models/content';

/** A file that is present and cannot be used: it blocks every destructive step for its item (data.md C-4). */
export interface InvalidFile {
  readonly path: string;
  readonly problems: readonly ContentProblem[];
  /** As far as it can be read. */
  readonly key?: ContentKey;
}

/** A valid file of a kind that its source does not take (data.md C-13). */
export interface ExcludedFile {
  readonly path: string;
  readonly kind: string;
  readonly key: ContentKey;
  readonly problem: ContentProblem;
}

export interface SourceScan {
  /** By slug, then locale; every key once. */
  readonly items: readonly ScannedFile[];
  readonly invalid: readonly InvalidFile[];
  readonly excluded: readonly ExcludedFile[];
  readonly warnings: readonly ContentProblem[];
  /** Set when a directory could not be scanned at all. Then nothing may be judged missing (data.md C-15). */
  readonly unreadable?: ContentProblem;
}
