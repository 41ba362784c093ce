import type { ExcludedFile } from './excludedFile';
import type { RemoteState } from './remoteTree';

/** Which side changed since the base; `unknown` without a base for the file (design.md rule 2). */
export type FileOrigin = 'local' | 'remote' | 'both' | 'unknown';

export interface SeenFile {
  readonly digest: string;
  readonly size: number;
}

/** A file that is not the same on both sides; at least one of `local` and `remote` is there. */
export interface FileDifference {
  /** Relative to the services directory, with `/`. */
  readonly path: string;
  readonly origin: FileOrigin;
  readonly local?: SeenFile & { readonly executable: boolean };
  readonly remote?: SeenFile;
  /** What both sides last agreed on. */
  readonly base?: string;
}

/** A file that is equal on both sides, and not in the base as it is. */
export interface EqualFile {
  readonly path: string;
  readonly digest: string;
  /** What the base said; absent when it did not know the file. */
  readonly agreed?: string;
}

/** A comparison of the services directory with a tenant. Plain data, sorted by path. */
export interface FilesDiff {
  readonly inSync: boolean;
  readonly differences: readonly FileDifference[];
  /** Files that are equal on both sides and not in the base as they are: the next apply takes them over. */
  readonly adopt: readonly EqualFile[];
  /** Base entries of files that are on neither side any more. */
  readonly forget: readonly string[];
  readonly excluded: readonly ExcludedFile[];
  readonly unchanged: number;
  readonly localCount: number;
  readonly remoteCount: number;
  /** Differences whose name another file has but for letter case or Unicode form: one file on some platforms. */
  readonly twins: readonly { readonly path: string; readonly other: string }[];
  /** Identity of the tenant; the base is kept per tenant. */
  readonly tenant: string;
  readonly hasBase: boolean;
  readonly remote: RemoteState;
  /** What this server cannot do, as sentences to show. */
  readonly states: readonly string[];
}

/** True when both sides changed, or differ and nobody knows which one did: then a person decides. */
export function isConflict({ origin, local, remote }: FileDifference): boolean {
  return origin === 'both' || (origin === 'unknown' && local !== undefined && remote !== undefined);
}
