import { defaultArchiveLimits } from './archive/archiveLimits';
import { archivePathProblem } from './archive/archivePath';
import { neverSentReason } from './archive/neverSent';
import { isPlainPath } from './archive/plainPath';
import type { IgnoreRules } from './readIgnoreRules';

/**
 * Why a path takes no part: `outside` of the directories the tenant takes, `unreadable` and `name` (no archive can carry
 * it) are faults, the others are meant to be so.
 */
export type ExclusionKind = 'outside' | 'secret' | 'ignored' | 'link' | 'special' | 'name' | 'unreadable';

/** A path that is left alone on both sides. It is never judged missing, and nothing is written over it. */
export interface ExcludedFile {
  /** Relative to the services directory, with `/`; a directory ends with `/` and stands for all in it. */
  readonly path: string;
  readonly kind: ExclusionKind;
  readonly reason: string;
  /** Where it was seen. */
  readonly side: 'local' | 'remote';
}

export type Exclusion = Pick<ExcludedFile, 'kind' | 'reason'>;

const isIgnored: Exclusion = { kind: 'ignored', reason: 'named in .systempromptignore' };

/**
 * Why a path is kept out by its name alone, or undefined: secrets (design.md rule 6), what the user ignores, and names
 * that some platform cannot hold. The same answer on both sides.
 *
 * @param path without a `/` at its end, also of a directory
 */
export function exclusionByName(
  path: string,
  isDirectory: boolean,
  ignored: IgnoreRules,
): Exclusion | undefined {
  if (isPlainPath(path)) return ignored(isDirectory ? `${path}/` : path) ? isIgnored : undefined;
  const secret = neverSentReason(path);
  if (secret !== undefined) return { kind: 'secret', reason: `${secret}: never leaves this machine` };
  if (ignored(isDirectory ? `${path}/` : path)) return isIgnored;
  const problem = archivePathProblem(path, defaultArchiveLimits);
  return problem && { kind: 'name', reason: problem.reason };
}

/** Tells whether a path is one of the excluded ones, or lies below an excluded directory. */
export function shieldOf(excluded: readonly ExcludedFile[]): (path: string) => boolean {
  const paths = new Set(excluded.map(({ path }) => path));
  if (paths.size === 0) return () => false;
  return (path) => {
    if (paths.has(path)) return true;
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      // A link or file in place of a directory shields what would lie below it, too.
      if (paths.has(path.slice(0, end + 1)) || paths.has(path.slice(0, end))) return true;
    }
    return false;
  };
}
