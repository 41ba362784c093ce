import type { RunContext } from '../ports';
import { messageOf, SyncError } from '../syncError';
import { LockFiles } from './lockFiles';
import { ownIdentity } from './processIdentity';
import type { StateDirectory } from './stateDirectory';
import { findJournals } from './swapJournal';
import { applyUnderLock } from './withProjectLock';

/**
 * Completes what an interrupted run has left, where one has. For whoever is about to compare in order to apply: a plan that is
 * older than the completion finds its own files changed, and refuses them.
 *
 * @returns whether files were changed: what was compared before is out of date then
 * @throws SyncError `locked`, `stateCorrupted`, `io`, `cancelled`
 */
export async function completeInterruptedRun(state: StateDirectory, context: RunContext): Promise<boolean> {
  if ((await findJournals(state)).length === 0) return false;
  return applyUnderLock({ state, owner: 'recovery', context }, async (_, recovered) =>
    recovered.some(({ completed }) => completed.length > 0),
  );
}

/** For whoever only looks, and so must not complete anything: tells that there is something to complete. Never throws. */
export async function warnOfInterruptedRun(state: StateDirectory, context: RunContext): Promise<void> {
  try {
    const waiting = (await findJournals(state)).filter(({ finished }) => !finished);
    const files = waiting.reduce((sum, { journal }) => sum + journal.entries.length, 0);
    if (files === 0 || (await isRunning(state, context))) return;
    context.logger.warn(
      `A run was interrupted while it wrote ${files} ${files === 1 ? 'file' : 'files'}; what is compared is the state in between. The next run that changes something completes it first.`,
    );
  } catch (error) {
    if (!SyncError.is(error)) throw error;
    context.logger.warn(messageOf(error));
  }
}

async function isRunning(state: StateDirectory, context: RunContext): Promise<boolean> {
  const { holder } = await new LockFiles(state, await ownIdentity(), context).look();
  return holder.kind === 'held';
}
