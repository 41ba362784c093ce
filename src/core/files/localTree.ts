import type { ExcludedFile } from './excludedFile';

export interface LocalFile {
  readonly path: string;
  /** SHA-256 of the content, lower-case hex. */
  readonly digest: string;
  readonly size: number;
  readonly executable: boolean;
}

/** The files of the services directory that take part, and what was left out. */
export interface LocalTree {
  /** By path, relative to the services directory, with `/`. */
  readonly files: ReadonlyMap<string, LocalFile>;
  readonly excluded: readonly ExcludedFile[];
}
