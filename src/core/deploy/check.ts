import type { SyncErrorCode } from '../syncError';

/** What a deploy needs. The id is stable: trees, JSON and tests know it. */
export type CheckId =
  | 'projectRoot'
  | 'releaseBinary'
  | 'storage'
  | 'templates'
  | 'dockerfile'
  | 'engine'
  | 'git'
  | 'token'
  | 'tenantApp'
  | 'filesDrift'
  | 'accessControlDrift';

/** The answer to one question of the preflight: plain data. */
export interface Check {
  readonly id: CheckId;
  readonly title: string;
  /** A deploy goes on with warnings, and never with a failed check. */
  readonly state: 'ok' | 'warning' | 'failed';
  /** What was found. */
  readonly message: string;
  /** What to do about it; always there when it failed. */
  readonly fix?: string;
  /** Where the cause can be looked at. */
  readonly area?: 'files' | 'accessControl';
  /** Of a file, relative to the project's root, that has to be changed. */
  readonly file?: string;
  /** What a deploy throws because of it. */
  readonly code?: SyncErrorCode;
}
