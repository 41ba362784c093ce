import { SyncError } from '../../syncError';

/** The rule that an archive broke, as one closed set: tests and interfaces switch on it, never on the text. */
export type ArchiveRule =
  | 'notGzip'
  | 'gzipHeader'
  | 'corrupt'
  | 'checksum'
  | 'truncated'
  | 'trailingData'
  | 'severalMembers'
  | 'ratio'
  | 'totalSize'
  | 'entrySize'
  | 'entryCount'
  | 'header'
  | 'entryType'
  | 'extendedHeader'
  | 'emptyPath'
  | 'encoding'
  | 'control'
  | 'bidi'
  | 'character'
  | 'backslash'
  | 'driveLetter'
  | 'absolute'
  | 'parent'
  | 'component'
  | 'trailingDotOrSpace'
  | 'reservedName'
  | 'pathLength'
  | 'duplicate'
  | 'twin'
  | 'fileAndDirectory'
  | 'directory'
  | 'secret';

/** Makes a name that came from outside safe to print: control and bidirectional characters become `\u{…}`. */
export function printableName(name: string): string {
  const short = name.length > 200 ? `${name.slice(0, 200)}…` : name;
  return short.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/** A refusal of the whole archive. `path` is the entry at fault, where there is one. */
export function unsafeArchive(rule: ArchiveRule, reason: string, path?: string, cause?: unknown): SyncError {
  const where = path === undefined ? '' : ` at "${printableName(path)}"`;
  return new SyncError('tarballUnsafe', `The archive is refused${where}: ${reason}.`, {
    hint: 'Nothing was written. Make the archive anew from a clean directory.',
    details: path === undefined ? { rule } : { rule, path: printableName(path) },
    ...(cause === undefined ? {} : { cause }),
  });
}
