import type { BaseState } from '../state/baseStore';
import { foldedPath } from '../state/portablePath';
import { comparePaths } from './archive/archivePath';
import { shieldOf, type ExcludedFile } from './excludedFile';
import type { EqualFile, FileDifference, FileOrigin, FilesDiff, SeenFile } from './filesDiff';
import type { LocalTree } from './localTree';
import type { RemoteFile, RemoteTree } from './remoteTree';

export interface CompareInput {
  readonly local: LocalTree;
  readonly remote: RemoteTree;
  /** Undefined when the sides never agreed on anything: then no deletion is inferred. */
  readonly base: BaseState | undefined;
  readonly tenant: string;
  readonly states: readonly string[];
}

/**
 * Three-way comparison by digest. A path that is left out on one side is left out on the other, and in the base: it is
 * neither missing nor new. Pure.
 */
export function compareFiles({ local, remote, base, tenant, states }: CompareInput): FilesDiff {
  const excluded = mergeExcluded(local.excluded, remote.excluded);
  const isShielded = shieldOf(excluded);
  const differences: FileDifference[] = [];
  const adopt: EqualFile[] = [];
  let unchanged = 0;
  let localCount = 0;
  let remoteOnly = 0;
  let onBoth = 0;

  for (const { path, digest, size, executable } of local.files.list) {
    if (isShielded(path)) continue;
    localCount += 1;
    const other = remote.files.get(path);
    if (other !== undefined) onBoth += 1;
    const agreed = base?.get(path)?.digest;
    if (other?.digest === digest) {
      unchanged += 1;
      if (agreed === undefined) adopt.push({ path, digest });
      else if (agreed !== digest) adopt.push({ path, digest, agreed });
      continue;
    }
    differences.push({
      path,
      origin: originOf(digest, other?.digest, agreed, base !== undefined),
      local: { digest, size, executable },
      ...(other && { remote: seenOf(other) }),
      ...(agreed !== undefined && { base: agreed }),
    });
  }
  // Mostly there are none: then nothing more is looked up.
  for (const file of onBoth === remote.files.size ? [] : remote.files.list) {
    const { path } = file;
    if (isShielded(path) || local.files.has(path)) continue;
    remoteOnly += 1;
    const agreed = base?.get(path)?.digest;
    differences.push({
      path,
      origin: originOf(undefined, file.digest, agreed, base !== undefined),
      remote: seenOf(file),
      ...(agreed !== undefined && { base: agreed }),
    });
  }
  differences.sort((one, other) => comparePaths(one.path, other.path));
  const served = new Set(remote.state.directories);
  const forget = [...(base?.keys() ?? [])].filter(
    (path) =>
      !local.files.has(path) &&
      !remote.files.has(path) &&
      !isShielded(path) &&
      served.has(path.split('/', 1)[0] ?? ''),
  );
  return {
    inSync: differences.length === 0 && !excluded.some(({ kind }) => kind === 'unreadable'),
    differences,
    adopt,
    forget,
    excluded,
    unchanged,
    localCount,
    remoteCount: onBoth + remoteOnly,
    twins: findTwins(differences, local, remote),
    tenant,
    hasBase: base !== undefined,
    remote: remote.state,
    states,
  };
}

function seenOf({ digest, size }: RemoteFile): SeenFile {
  return { digest, size };
}

function originOf(
  local: string | undefined,
  remote: string | undefined,
  agreed: string | undefined,
  hasBase: boolean,
): FileOrigin {
  if (agreed === undefined) {
    if (!hasBase) return 'unknown';
    if (local !== undefined && remote !== undefined) return 'unknown';
    return local === undefined ? 'remote' : 'local';
  }
  if (local === agreed) return 'remote';
  return remote === agreed ? 'local' : 'both';
}

/** New names that another side's file has but for letter case or Unicode form: one file on some platforms. */
function findTwins(
  differences: readonly FileDifference[],
  local: LocalTree,
  remote: RemoteTree,
): FilesDiff['twins'] {
  const single = differences.filter((item) => item.local === undefined || item.remote === undefined);
  if (single.length === 0) return [];
  const isThere = (path: string) => local.files.has(path) || remote.files.has(path);
  // Of two spellings at most one is its own folded form: only the others are kept, which are few, and hardly ever two of a name.
  const first = new Map<string, string>();
  const second = new Map<string, string>();
  for (const { files } of [local, remote]) {
    for (const { path } of files.list) {
      const folded = foldedPath(path);
      if (folded === path) continue;
      const known = first.get(folded);
      if (known === undefined) first.set(folded, path);
      else if (known !== path && !second.has(folded)) second.set(folded, path);
    }
  }
  if (first.size === 0) return [];
  return single.flatMap(({ path }) => {
    const folded = foldedPath(path);
    const spelled = first.get(folded) === path ? second.get(folded) : first.get(folded);
    const other = folded !== path && isThere(folded) ? folded : spelled;
    return other === undefined ? [] : [{ path, other }];
  });
}

/** One line per path: what both sides leave out is told once. */
function mergeExcluded(
  local: readonly ExcludedFile[],
  remote: readonly ExcludedFile[],
): readonly ExcludedFile[] {
  const seen = new Set(local.map(({ path }) => path));
  return [...local, ...remote.filter(({ path }) => !seen.has(path))].sort((one, other) =>
    comparePaths(one.path, other.path),
  );
}
