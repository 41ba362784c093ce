import type { HomeKind } from './syncTables';

export type DatabaseDirection = 'push' | 'pull';

/** What to do with a row that both sides have otherwise, when nothing says that one side alone changed it. */
export type DatabaseConflict = 'source' | 'target' | 'newest' | 'abort';

export interface DatabaseSyncOptions {
  readonly direction: DatabaseDirection;
  /** Default `newest`: by `updated_at`, which is only true of users. */
  readonly conflict?: DatabaseConflict;
  /** Also overwrite name, e-mail, roles, status and e-mail verification of users that the target has. */
  readonly includeProtected?: boolean;
  /** Kinds of users that travel although they stay home otherwise. */
  readonly include?: readonly HomeKind[];
  /** Rows per transaction, for targets that cannot hold all of them in one. */
  readonly batch?: number;
  /** A file of an earlier export instead of the source database. */
  readonly from?: string;
}

export const defaultConflict: DatabaseConflict = 'newest';
