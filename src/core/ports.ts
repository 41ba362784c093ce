/**
 * What the host (editor, command line, test) supplies to core. Deliberately few and small.
 */

export interface Logger {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export const silentLogger: Logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** `done` and `total` count items of the running step; `total` is undefined while it is not known. */
export interface ProgressUpdate {
  readonly message: string;
  readonly done?: number;
  readonly total?: number;
  /** Bytes of the running step, where it moves contents. */
  readonly bytes?: ByteProgress;
}

/** `total` is undefined while it is not known. */
export interface ByteProgress {
  readonly done: number;
  readonly total?: number;
}

export type ProgressReporter = (update: ProgressUpdate) => void;

/** Passed down through every operation. */
export interface RunContext {
  readonly logger: Logger;
  readonly progress: ProgressReporter;
  /** Fires when the user cancels; reaches the socket, the SQL statement and the child process. */
  readonly signal?: AbortSignal | undefined;
  /** The clock, so that tests can move it. Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A context that shows nothing and never cancels. */
export function quietContext(overrides: Partial<RunContext> = {}): RunContext {
  return { logger: silentLogger, progress: () => {}, now: Date.now, ...overrides };
}
