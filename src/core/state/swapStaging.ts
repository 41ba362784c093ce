import { newJournal, stagingFolder, type SwapJournal } from './swapJournal';
import type { StateDirectory } from './stateDirectory';

/**
 * A staging folder that is filled before it is known what of it will be written: a download goes where the swap takes it
 * from, so that each content is written once. What an interrupted run leaves of it is removed by the next one.
 */
export interface SwapStaging {
  readonly journal: SwapJournal;
  /**
   * Absolute, in the state folder; does not exist yet. Contents belong into it, with numbers as names, or with their own ones in
   * folders `f0`, `f1` … that are to become folders of the target.
   */
  readonly folder: string;
  /** Settles, to true, when all that was put into the folder is on the disk; without it, or with false, the swap flushes it. */
  readonly flushed?: Promise<boolean>;
}

/** For the holder of the lock. @throws SyncError `io` */
export async function openSwapStaging(state: StateDirectory, root: string): Promise<SwapStaging> {
  await state.ensure('staging');
  const journal = newJournal(state, root, [null]);
  return { journal, folder: stagingFolder(state, journal, 0) };
}

/** For a staging that came to no swap. @throws SyncError `io` */
export async function discardSwapStaging(state: StateDirectory, { journal }: SwapStaging): Promise<void> {
  await state.remove(`staging/${journal.id}`);
}
