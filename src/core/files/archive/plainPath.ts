import type { ArchiveLimits } from './archiveLimits';
import { archivePathProblem, type PathProblem } from './archivePath';

type PathLimits = Pick<ArchiveLimits, 'maxPathBytes' | 'maxDepth'>;

/** What no plain path goes beyond; it is ASCII. */
const plainPathLimits: PathLimits = { maxPathBytes: 255, maxDepth: 32 };

/** Names of letters, digits, `_` and `-`, with single dots between them; at most `maxDepth` of them. */
const plain = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\/){0,31}[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;
/** Whatever could be reserved or secret, and much that is not. */
const suspicious =
  /(?:^|\/)(?:(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$)|node_modules|id_)|secrets|\.(?:pem|key|p12|pfx|keystore|jks)$/i;

/**
 * True for the usual path, about which `neverSentReason` and `archivePathProblem` have nothing to say: asking them one by one
 * takes longer than looking at the file. False says nothing.
 */
export function isPlainPath(path: string): boolean {
  return path.length <= plainPathLimits.maxPathBytes && plain.test(path) && !suspicious.test(path);
}

/** What `archivePathProblem` says, with the usual path told first: for a pass over many. */
export function pathProblem(path: string, limits: PathLimits): PathProblem | undefined {
  const allowsPlain =
    limits.maxPathBytes >= plainPathLimits.maxPathBytes && limits.maxDepth >= plainPathLimits.maxDepth;
  return allowsPlain && isPlainPath(path) ? undefined : archivePathProblem(path, limits);
}
