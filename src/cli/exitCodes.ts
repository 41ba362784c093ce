import type { SyncErrorCode } from '../core/syncError';

/** cli-contract.md, "Exit codes". */
export const exitCodes = {
  done: 0,
  differences: 1,
  usage: 2,
  notAuthorised: 3,
  failure: 4,
  partlyApplied: 5,
  nothingApplied: 6,
  cancelled: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code of a command that ended with an error. */
export function exitCodeOf(code: SyncErrorCode): ExitCode {
  switch (code) {
    case 'missingConfig':
    case 'invalidInput':
    case 'notProjectRoot':
    case 'confirmationRequired':
      return exitCodes.usage;
    case 'unauthorized':
      return exitCodes.notAuthorised;
    case 'conflict':
    case 'guard':
      return exitCodes.nothingApplied;
    case 'cancelled':
      return exitCodes.cancelled;
    case 'io':
    case 'database':
    case 'apiError':
    case 'http':
    case 'tenantNoApp':
    case 'commandFailed':
    case 'commandSpawnFailed':
    case 'dockerLoginFailed':
    case 'gitShaUnavailable':
    case 'tarballUnsafe':
    case 'partialImport':
    case 'locked':
    case 'stateCorrupted':
    case 'unsupported':
    case 'internal':
      return exitCodes.failure;
  }
}

/** How many items were left, and why: what decides between 0, 5 and 6. */
export interface LeftCounts {
  readonly applied: number;
  readonly left: number;
  /** Left because of a conflict or because the other side's change would have been overwritten. */
  readonly blocked: number;
}

/** The exit code of an apply that ended by itself. */
export function exitCodeOfApply({ applied, left, blocked }: LeftCounts): ExitCode {
  if (left === 0) return exitCodes.done;
  return applied === 0 && blocked > 0 ? exitCodes.nothingApplied : exitCodes.partlyApplied;
}
