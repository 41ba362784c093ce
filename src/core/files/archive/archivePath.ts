import type { ArchiveLimits } from './archiveLimits';
import type { ArchiveRule } from './archiveRule';

export interface PathProblem {
  readonly rule: ArchiveRule;
  readonly reason: string;
}

const reservedName = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])[ ]*(\.|$)/iu;
// Marks that change the reading direction, and invisible ones that make two names look the same.
const misleading = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/u;

/**
 * Why a path must not travel in an archive, or undefined when every platform can hold it as it is. Judged the same
 * on every platform, so that what one machine sends every other can receive.
 *
 * @param path relative, with `/`, without a leading `./` or a trailing `/`
 */
export function archivePathProblem(
  path: string,
  limits: Pick<ArchiveLimits, 'maxPathBytes' | 'maxDepth'>,
): PathProblem | undefined {
  if (path === '') return { rule: 'emptyPath', reason: 'an entry has no name' };
  if (Buffer.byteLength(path) > limits.maxPathBytes) {
    return { rule: 'pathLength', reason: `the path is longer than ${limits.maxPathBytes} bytes` };
  }
  if (path.includes('\ufffd')) return { rule: 'encoding', reason: 'the name is not valid UTF-8' };
  if (path.includes('\\')) return { rule: 'backslash', reason: 'the path holds a backslash' };
  if (path.startsWith('/')) return { rule: 'absolute', reason: 'the path is absolute' };
  if (/^[a-z]:/iu.test(path)) return { rule: 'driveLetter', reason: 'the path names a drive' };
  if (/\p{Cc}/u.test(path)) return { rule: 'control', reason: 'the name holds a control character' };
  if (misleading.test(path))
    return { rule: 'bidi', reason: 'the name holds invisible or direction-changing characters' };
  if (/[<>:"|?*]/u.test(path)) return { rule: 'character', reason: 'the name holds one of < > : " | ? *' };
  const components = path.split('/');
  if (components.length > limits.maxDepth) {
    return { rule: 'pathLength', reason: `the path is deeper than ${limits.maxDepth} directories` };
  }
  for (const component of components) {
    const problem = componentProblem(component);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function componentProblem(component: string): PathProblem | undefined {
  if (component === '..') return { rule: 'parent', reason: 'the path climbs with ".."' };
  if (component === '' || component === '.') {
    return { rule: 'component', reason: 'the path has an empty or "." component' };
  }
  if (/[. ]$/u.test(component))
    return { rule: 'trailingDotOrSpace', reason: 'a name ends with a dot or a blank' };
  if (reservedName.test(component)) return { rule: 'reservedName', reason: 'a name is reserved on Windows' };
  if (Buffer.byteLength(component) > 255)
    return { rule: 'pathLength', reason: 'a name is longer than 255 bytes' };
  return undefined;
}

/** The order of paths in archives and manifests: by UTF-16 code units, as `Array.sort` has it, on every machine. */
export function comparePaths(first: string, second: string): number {
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
