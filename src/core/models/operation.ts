/** The result of an operation, with the field's own names (cli-contract.md): it is printed as it is. */

export type OperationName =
  | 'content_to_db'
  | 'content_to_disk'
  | 'files_push'
  | 'files_pull'
  | 'database_push'
  | 'database_pull'
  | 'database'
  | 'access_control_sync'
  | 'access_control_export'
  | 'crate_deploy'
  | 'restore';

export type SyncOpState =
  | { readonly kind: 'not_started' }
  | { readonly kind: 'partial'; readonly completed: number; readonly total: number }
  | { readonly kind: 'completed' }
  | { readonly kind: 'failed' };

export interface SyncOperationResult<Details = unknown> {
  readonly operation: OperationName;
  readonly success: boolean;
  /** Rows and files that were really written or deleted, never what was asked for. */
  readonly items_synced: number;
  /** Items left as they were; each is listed with its reason in `details` or `warnings`. */
  readonly items_skipped: number;
  readonly errors: readonly string[];
  readonly details: Details | null;
  readonly state: SyncOpState;
  readonly plan_id: string;
  /** Id of the backup that holds what was overwritten or deleted. */
  readonly backup?: string;
  readonly warnings: readonly string[];
}
