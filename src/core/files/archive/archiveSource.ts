/** A file to be packed. */
export interface ArchiveSource {
  /** Relative, with `/`. */
  readonly path: string;
  readonly size: number;
  /** Kept as mode 0755 instead of 0644: scripts must still run on the other side. */
  readonly executable?: boolean;
  readonly content: Uint8Array | FileToPack;
}

/** A file on disk, opened when its turn comes. A link is not followed. */
export interface FileToPack {
  /** Absolute. */
  readonly file: string;
  /** SHA-256 of what the file must still hold, lower-case hex; without it only its size is checked. */
  readonly digest?: string | undefined;
}
