import type { RunContext } from '../ports';
import { acquireProjectLock, type AcquireOptions, type ProjectLock } from './projectLock';
import { recoverFileSwaps, type RecoveryReport } from './recoverFileSwaps';
import type { StateDirectory } from './stateDirectory';

export interface ApplyUnderLockOptions extends AcquireOptions {
  readonly state: StateDirectory;
  /** Folders outside of the project that are written to as well, see `recoverFileSwaps`. */
  readonly roots?: readonly string[];
}

/**
 * Runs what changes a project: alone, and after what an interrupted run has left was completed. The lock is released however
 * it ends.
 *
 * @throws SyncError `locked` when another process holds the lock for too long, `cancelled`, and what `run` throws
 */
export async function applyUnderLock<T>(
  options: ApplyUnderLockOptions,
  run: (lock: ProjectLock, recovered: readonly RecoveryReport[]) => Promise<T>,
): Promise<T> {
  const { state, context, roots = [] } = options;
  const lock = await acquireProjectLock(state, options);
  try {
    const recovered = await recoverFileSwaps({ state, lock, context, roots });
    for (const report of recovered) log(report, context);
    return await run(lock, recovered);
  } finally {
    await lock.release();
  }
}

function log({ root, completed, left }: RecoveryReport, { logger }: RunContext): void {
  if (completed.length > 0)
    logger.info(`Completed an interrupted run below ${root}: ${completed.join(', ')}`);
  for (const { path, reason } of left)
    logger.warn(`An interrupted run left ${path} below ${root} as it was: ${reason}`);
}
