import type { ExcludedFile } from './excludedFile';
import type { FilesByPath } from './filesByPath';

export interface LocalFile {
  /** Relative to the services directory, with `/`. */
  readonly path: string;
  /** SHA-256 of the content, lower-case hex. */
  readonly digest: string;
  readonly size: number;
  readonly executable: boolean;
}

/** The files of the services directory that take part, and what was left out. */
export interface LocalTree {
  readonly files: FilesByPath<LocalFile>;
  readonly excluded: readonly ExcludedFile[];
}
