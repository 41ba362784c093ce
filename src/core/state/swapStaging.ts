import { closeJournal, newJournal, stagingFolder, writeJournal, type SwapJournal } from './swapJournal';
import type { StateDirectory } from './stateDirectory';

/**
 * A staging folder that is filled before it is known what of it will be written: a download goes where the swap takes it
 * from, so that each content is written once. Its journal sees to it that an interrupted run leaves nothing behind.
 */
export interface SwapStaging {
  readonly journal: SwapJournal;
  /**
   * Absolute, in the state folder; does not exist yet. Contents belong into it, with numbers as names, or with their own ones in
   * folders `f0`, `f1` … that are to become folders of the target.
   */
  readonly folder: string;
}

/** For the holder of the lock. @throws SyncError `io` */
export async function openSwapStaging(state: StateDirectory, root: string): Promise<SwapStaging> {
  await state.ensure('staging');
  const journal = newJournal(state, root, [null]);
  await writeJournal(state, journal);
  return { journal, folder: stagingFolder(state, journal, 0) };
}

/** For a staging that came to no swap. @throws SyncError `io` */
export async function discardSwapStaging(state: StateDirectory, { journal }: SwapStaging): Promise<void> {
  await closeJournal(state, { journal, finished: false });
}
