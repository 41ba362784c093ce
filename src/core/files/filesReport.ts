import { isConflict, type FileDifference, type FilesDiff } from './filesDiff';

/** What happened to a side since both agreed; without that, what it has that the other one lacks or has otherwise. */
export type SideChange = 'added' | 'modified' | 'deleted' | 'unchanged';

export interface FilesCounts {
  /** Files that only one side has, new there as far as anybody knows. */
  readonly added: number;
  /** Files that both sides have, with different contents. */
  readonly modified: number;
  /** Files that one side has deleted since both agreed. */
  readonly deleted: number;
  /** How many of those three need a person: both sides changed, or nobody knows which one did. */
  readonly conflicts: number;
  readonly unchanged: number;
}

/** JSON of `files diff` (cli-contract.md). */
export interface FilesDiffReport extends FilesCounts {
  readonly in_sync: boolean;
  readonly tenant: string;
  readonly has_base: boolean;
  readonly entries: readonly FileEntryReport[];
  readonly excluded: readonly { readonly path: string; readonly kind: string; readonly reason: string }[];
  /** What this server cannot do. */
  readonly states: readonly string[];
}

export interface FileEntryReport {
  readonly path: string;
  readonly local: SideChange;
  readonly remote: SideChange;
  readonly conflict: boolean;
  readonly origin: FileDifference['origin'];
  /** Bytes here; on the tenant where it is not here. */
  readonly size: number;
}

export function countFiles(diff: FilesDiff): FilesCounts {
  const counts = { added: 0, modified: 0, deleted: 0, conflicts: 0 };
  for (const item of diff.differences) {
    if (item.local !== undefined && item.remote !== undefined) counts.modified += 1;
    else if (item.base === undefined) counts.added += 1;
    else counts.deleted += 1;
    if (isConflict(item)) counts.conflicts += 1;
  }
  return { ...counts, unchanged: diff.unchanged };
}

export function filesDiffReport(diff: FilesDiff): FilesDiffReport {
  return {
    in_sync: diff.inSync,
    tenant: diff.tenant,
    has_base: diff.hasBase,
    ...countFiles(diff),
    entries: diff.differences.map((item) => ({
      path: item.path,
      local: changeOf(item.local?.digest, item.base, item.remote?.digest),
      remote: changeOf(item.remote?.digest, item.base, item.local?.digest),
      conflict: isConflict(item),
      origin: item.origin,
      size: (item.local ?? item.remote)?.size ?? 0,
    })),
    excluded: diff.excluded.map(({ path, kind, reason }) => ({ path, kind, reason })),
    states: diff.states,
  };
}

/** What became of one side. */
export function changeOf(
  digest: string | undefined,
  base: string | undefined,
  other: string | undefined,
): SideChange {
  if (digest === undefined) return base === undefined ? 'unchanged' : 'deleted';
  if (base === undefined) return other === undefined ? 'added' : 'modified';
  return digest === base ? 'unchanged' : 'modified';
}
