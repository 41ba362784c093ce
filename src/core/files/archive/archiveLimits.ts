import { SyncError } from '../../syncError';

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

/** What people set, in their units; what is not set stays as it is by default. */
export interface ArchiveLimitSettings {
  readonly entries?: number | undefined;
  /** Of one file, in MiB. */
  readonly fileMegabytes?: number | undefined;
  /** Of everything in the archive, in MiB. */
  readonly totalMegabytes?: number | undefined;
  /** Unpacked size over packed size. */
  readonly ratio?: number | undefined;
}

/** @throws SyncError `invalidInput` for anything but a positive whole number */
export function archiveLimitsFrom(settings: ArchiveLimitSettings): ArchiveLimits {
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined || (Number.isSafeInteger(value) && value > 0)) continue;
    throw new SyncError('invalidInput', `The archive limit ${name} is no positive whole number: ${value}.`);
  }
  const { entries, fileMegabytes, totalMegabytes, ratio } = settings;
  const mebibyte = 1024 * 1024;
  return {
    ...defaultArchiveLimits,
    ...(entries !== undefined && { maxEntries: entries }),
    ...(fileMegabytes !== undefined && { maxEntryBytes: fileMegabytes * mebibyte }),
    ...(totalMegabytes !== undefined && { maxTotalBytes: totalMegabytes * mebibyte }),
    ...(ratio !== undefined && { maxRatio: ratio }),
  };
}
