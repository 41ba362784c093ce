/** What an archive may cost its reader. Sizes are bytes of unpacked data unless said otherwise. */
export interface ArchiveLimits {
  readonly maxEntries: number;
  readonly maxEntryBytes: number;
  /** Of the whole unpacked tar stream, headers and padding included. */
  readonly maxTotalBytes: number;
  /** Unpacked size over packed size; honest text stays far below 50, a bomb is near 1,000. */
  readonly maxRatio: number;
  /** The ratio is not judged before this much was unpacked: small archives of blank files are harmless. */
  readonly ratioGraceBytes: number;
  /** UTF-8 bytes of one path. */
  readonly maxPathBytes: number;
  readonly maxDepth: number;
}

export const defaultArchiveLimits: ArchiveLimits = {
  maxEntries: 100_000,
  maxEntryBytes: 256 * 1024 * 1024,
  maxTotalBytes: 2 * 1024 * 1024 * 1024,
  maxRatio: 200,
  ratioGraceBytes: 4 * 1024 * 1024,
  maxPathBytes: 1024,
  maxDepth: 32,
};
