import { foldedPath } from '../../state/portablePath';
import type { PathProblem } from './archivePath';

export interface PathRegistry {
  /** Takes the path for this archive; a problem when another entry has taken it, or a twin of it, before. */
  claim(path: string, kind: 'file' | 'directory'): PathProblem | undefined;
}

/**
 * Sees to it that all paths of one archive can lie beside each other on any file system: no path twice, no file that
 * is also a directory, no two spellings of one name at any level.
 */
export function createPathRegistry(): PathRegistry {
  // By folded path; no object for each: there may be a hundred thousand.
  const claims = { file: new Map<string, string>(), directory: new Map<string, string>() };
  let lastParent = '';

  const claimOne = (path: string, kind: keyof typeof claims, repeated: boolean): PathProblem | undefined => {
    const key = foldedPath(path);
    if (claims[kind === 'file' ? 'directory' : 'file'].has(key)) {
      return { rule: 'fileAndDirectory', reason: 'the same name is a file and a directory' };
    }
    const known = claims[kind].get(key);
    if (known === undefined) {
      claims[kind].set(key, path);
      return undefined;
    }
    if (known !== path) {
      return { rule: 'twin', reason: 'another name differs from it only by letter case or Unicode form' };
    }
    return repeated ? undefined : { rule: 'duplicate', reason: 'the path appears twice' };
  };

  const claimParents = (parent: string): PathProblem | undefined => {
    if (parent === lastParent) return undefined;
    let end = parent.indexOf('/');
    while (end !== -1) {
      const problem = claimOne(parent.slice(0, end), 'directory', true);
      if (problem !== undefined) return problem;
      end = parent.indexOf('/', end + 1);
    }
    const problem = claimOne(parent, 'directory', true);
    if (problem === undefined) lastParent = parent;
    return problem;
  };

  return {
    claim(path, kind) {
      const slash = path.lastIndexOf('/');
      const problem = slash === -1 ? undefined : claimParents(path.slice(0, slash));
      return problem ?? claimOne(path, kind, kind === 'directory');
    },
  };
}
