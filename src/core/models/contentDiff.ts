import type { ContentFieldName, ContentKey, ContentProblem } from './content';

/** Which side changed since the base; `unknown` without a base for the item (design.md rule 2). */
export type ChangeOrigin = 'disk' | 'database' | 'both' | 'unknown';

/** What the diff saw of a file: enough to plan with, and to check again before anything is done. */
export interface SeenFile {
  readonly path: string;
  readonly digest: string;
  readonly fileDigest: string;
  readonly title: string;
}

/** What the diff saw of a row. */
export interface SeenRow {
  readonly id: string;
  readonly digest: string;
  readonly title: string;
  readonly updatedAt: string;
  readonly unholdable?: string;
}

/** An item that is not the same on both sides. */
export interface ContentDifference extends ContentKey {
  /** `added`: on disk only; `removed`: in the database only; `conflict`: see `reason`. */
  readonly kind: 'added' | 'removed' | 'modified' | 'conflict';
  readonly origin: ChangeOrigin;
  readonly file?: SeenFile;
  readonly row?: SeenRow;
  /** For an item without a file: where one would be written. */
  readonly newPath?: string;
  readonly fields?: readonly ContentFieldName[];
  /** What the base said; absent when it did not know the item. */
  readonly agreed?: string;
  /** For a conflict: why; `bothChanged` may be decided by the user, the others need an edit. */
  readonly conflict?: 'bothChanged' | 'heldByAnotherSource' | 'claimedByTwoSources';
  readonly reason?: string;
}

/** An item that is equal on both sides; the next apply adopts it as base. */
export interface EqualItem extends ContentKey {
  readonly digest: string;
  readonly path: string;
  /** What the base said; absent when it did not know the item. */
  readonly agreed?: string;
}

/** A file or row that cannot take part, with all that is known about why. */
export interface InvalidContent {
  readonly problem: ContentProblem;
  /** The items it stands for, as far as that could be read: they are never touched on either side. */
  readonly keys: readonly ContentKey[];
  /** True for a row that no file can hold, false for a file. */
  readonly isRow: boolean;
}

/** The sources of the config that share one `source_id` are compared as one (data.md C-24). */
export interface SourceDiff {
  /** Name of the first of them in the config. */
  readonly name: string;
  readonly names: readonly string[];
  readonly sourceId: string;
  /** Relative to the project's root. */
  readonly path: string;
  readonly differences: readonly ContentDifference[];
  readonly equal: readonly EqualItem[];
  readonly invalid: readonly InvalidContent[];
  /** Base keys of items that exist on neither side any more. */
  readonly gone: readonly string[];
  /** Files that cannot be read and say nothing about which item they hold: any missing file might be one of them. */
  readonly blindFiles: number;
  readonly fileCount: number;
  readonly rowCount: number;
  /** Set when the source itself could not be read: nothing in it may be judged missing. */
  readonly unreadable?: string;
}

export interface ContentDiff {
  readonly inSync: boolean;
  readonly sources: readonly SourceDiff[];
  readonly warnings: readonly ContentProblem[];
  /** Identity of the database compared with; the base is kept per target. */
  readonly target: string;
  readonly hasBase: boolean;
  /** Which state of the base was compared with; absent without a base. */
  readonly baseStamp?: string;
}
