/**
 * Everything that can go wrong, as one closed set. Callers test the code, never the text.
 *
 * - `missingConfig`: a file, setting or option that is needed was not found
 * - `invalidInput`: what the user gave (option, file, row) cannot be used as it is
 * - `notProjectRoot`: no systemprompt.io project at or above the folder
 * - `io`: the file system refused
 * - `database`: Postgres refused, or could not be reached
 * - `unauthorized`: not signed in, or not allowed
 * - `apiError`: an HTTP answer that says no; `http`: no usable HTTP answer at all
 * - `tenantNoApp`: the tenant has no app to deploy to
 * - `commandFailed` / `commandSpawnFailed` / `dockerLoginFailed` / `gitShaUnavailable`: child processes
 * - `tarballUnsafe`: an archive that must not be unpacked
 * - `partialImport`: a batched import stopped half-way (only where batches were asked for)
 * - `conflict`: both sides changed, or what the plan saw has moved
 * - `guard`: a safety stop with a named reason and a way past it (design.md rule 5)
 * - `confirmationRequired`: a destructive step nobody could be asked about
 * - `locked`: another process is applying changes to this project
 * - `stateCorrupted`: a file under `.systemprompt/sync` that cannot be understood
 * - `unsupported`: this server or schema cannot do it (spec/versions.md)
 * - `cancelled`: the user stopped it
 * - `internal`: a fault of ours
 */
export type SyncErrorCode =
  | 'missingConfig'
  | 'invalidInput'
  | 'notProjectRoot'
  | 'io'
  | 'database'
  | 'unauthorized'
  | 'apiError'
  | 'http'
  | 'tenantNoApp'
  | 'commandFailed'
  | 'commandSpawnFailed'
  | 'dockerLoginFailed'
  | 'gitShaUnavailable'
  | 'tarballUnsafe'
  | 'partialImport'
  | 'conflict'
  | 'guard'
  | 'confirmationRequired'
  | 'locked'
  | 'stateCorrupted'
  | 'unsupported'
  | 'cancelled'
  | 'internal';

/** Plain, serialisable facts about a failure. Never a secret: they are printed and logged. */
export type SyncErrorDetails = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface SyncErrorOptions {
  /** What the user can do about it, as one sentence. */
  readonly hint?: string;
  readonly details?: SyncErrorDetails;
  readonly cause?: unknown;
}

/**
 * The only error that core throws on purpose. The message says what failed and on which file, row or setting;
 * it is written for a person and holds no secret.
 */
export class SyncError extends Error {
  override readonly name = 'SyncError';
  readonly code: SyncErrorCode;
  readonly hint: string | undefined;
  readonly details: SyncErrorDetails | undefined;

  constructor(code: SyncErrorCode, message: string, options: SyncErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }

  /** True when `error` is a SyncError (of the given code, when one is given). */
  static is(error: unknown, code?: SyncErrorCode): error is SyncError {
    return error instanceof SyncError && (code === undefined || error.code === code);
  }

  /** Throws `cancelled` when the signal has fired. Called between steps, where stopping is safe. */
  static throwIfAborted(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw new SyncError('cancelled', 'Cancelled.', { cause: signal.reason });
  }
}

/** The text of anything thrown, for messages that wrap it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node.js system error (`ENOENT`, …), or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
