import type { FileManifest } from '../api/apiModels';
import { classicDirectories, classicMaxBodyBytes } from '../api/capabilities';
import { exclusionByName, type ExcludedFile, type Exclusion } from './excludedFile';
import { FilesByPath } from './filesByPath';
import type { IgnoreRules } from './readIgnoreRules';

/** What an apply has to know of the tenant as the plan saw it. Plain data: it is part of the plan. */
export interface RemoteState {
  /** Of the manifest; an upload is tied to it where the server judges that. */
  readonly checksum: string;
  /** The server refuses an upload when its files moved, applies it as a whole, and keeps the old values itself. */
  readonly conditional: boolean;
  /** Top-level directories that the tenant takes part with. */
  readonly directories: readonly string[];
  readonly maxBodyBytes: number;
  /** The server takes explicit deletions. */
  readonly deletions: boolean;
  /** `archive`: it gives no manifest, and everything was downloaded to compare. */
  readonly source: 'manifest' | 'archive';
}

export interface RemoteFile {
  /** Relative to the services directory, with `/`. */
  readonly path: string;
  readonly digest: string;
  readonly size: number;
}

export interface RemoteTree {
  readonly files: FilesByPath<RemoteFile>;
  readonly excluded: readonly ExcludedFile[];
  readonly state: RemoteState;
}

/** The directories of the tenant: those that it names, else the seven of every server (versions.md). */
export function directoriesOf({ directories }: FileManifest): readonly string[] {
  const named = directories?.filter((name) => /^[^/\\]+$/u.test(name) && name !== '.' && name !== '..');
  return named ?? classicDirectories;
}

/**
 * Judges a manifest that nobody vouches for: a path that must not travel, or that no platform can hold, takes no part.
 */
export function remoteTree(manifest: FileManifest, ignored: IgnoreRules): RemoteTree {
  const directories = directoriesOf(manifest);
  const served = new Set(directories);
  const files: RemoteFile[] = [];
  const isRepeated = repetitions(files);
  const excluded: ExcludedFile[] = [];
  for (const { path, checksum, size } of manifest.files) {
    const reason = exclusionOf(path, served, isRepeated, ignored);
    if (reason === undefined) files.push({ path, digest: checksum, size });
    else excluded.push({ path, ...reason, side: 'remote' });
  }
  const state: RemoteState = {
    checksum: manifest.checksum,
    conditional: manifest.conditional,
    directories,
    maxBodyBytes: manifest.maxBodyBytes ?? classicMaxBodyBytes,
    deletions: manifest.conditional && manifest.directories !== undefined,
    source: manifest.source,
  };
  return { files: new FilesByPath(files), excluded, state };
}

function exclusionOf(
  path: string,
  served: ReadonlySet<string>,
  isRepeated: (path: string) => boolean,
  ignored: IgnoreRules,
): Exclusion | undefined {
  const slash = path.indexOf('/');
  // A path with an empty or `..` component is judged by its name first: the ignore rules cannot be asked about it.
  if (slash <= 0 || !served.has(path.slice(0, slash))) {
    return { kind: 'outside', reason: 'outside of the directories that the tenant names' };
  }
  const byName = exclusionByName(path, false, ignored);
  if (byName !== undefined) return byName;
  return isRepeated(path) ? { kind: 'name', reason: 'the manifest names it twice' } : undefined;
}

/**
 * Tells of one path after the other whether it was there before. While they come in order, none has to be kept for that.
 *
 * @param files those that were taken until now
 */
function repetitions(files: readonly RemoteFile[]): (path: string) => boolean {
  let seen: Set<string> | undefined;
  return (path) => {
    if (seen === undefined && path > (files.at(-1)?.path ?? '')) return false;
    seen ??= new Set(files.map((file) => file.path));
    if (seen.has(path)) return true;
    seen.add(path);
    return false;
  };
}
