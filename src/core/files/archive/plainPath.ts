import { isUsualPath, maxUsualDepth, maxUsualLength, usuallyReserved } from '../../state/portablePath';
import type { ArchiveLimits } from './archiveLimits';
import { archivePathProblem, type PathProblem } from './archivePath';

/** Whatever could be reserved or secret, and much that is not. */
const suspicious = new RegExp(
  `${usuallyReserved.source}|(?:^|/)(?:node_modules|id_)|secrets|\\.(?:pem|key|p12|pfx|keystore|jks)$`,
  'i',
);

/**
 * True for the usual path, about which `neverSentReason` and `archivePathProblem` have nothing to say: asking them one by one
 * takes longer than looking at the file. False says nothing.
 */
export function isPlainPath(path: string): boolean {
  return isUsualPath(path, suspicious);
}

/** What `archivePathProblem` says, with the usual path told first: for a pass over many. */
export function pathProblem(
  path: string,
  limits: Pick<ArchiveLimits, 'maxPathBytes' | 'maxDepth'>,
): PathProblem | undefined {
  const allowsUsual = limits.maxPathBytes >= maxUsualLength && limits.maxDepth >= maxUsualDepth;
  return allowsUsual && isUsualPath(path) ? undefined : archivePathProblem(path, limits);
}
