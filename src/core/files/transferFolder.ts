import { randomUUID } from 'node:crypto';
import { listOwn } from '../state/ownName';
import type { StateDirectory } from '../state/stateDirectory';

/** `apply` runs alone, under the project's lock; any number of processes may `look` at the same time. */
export type TransferKind = 'apply' | 'look';

/** A download that only looks is over within this time. */
const lookForMs = 24 * 60 * 60_000;

/**
 * Runs with a new private folder below the state directory, on the project's volume, for archives and what is unpacked
 * from them; it is removed afterwards.
 */
export async function withTransferFolder<T>(
  state: StateDirectory,
  kind: TransferKind,
  run: (folder: string) => Promise<T>,
): Promise<T> {
  const name = randomUUID();
  try {
    return await run(await state.ensure('transfer', kind, name));
  } finally {
    await state.remove(`transfer/${kind}/${name}`);
  }
}

/** Removes what killed runs have left. For the holder of the lock, who is the only one that applies. @throws SyncError `io` */
export async function sweepTransfers(state: StateDirectory): Promise<void> {
  await state.remove('transfer/apply');
  for (const name of await listOwn(state, 'transfer/look', 'interrupted downloads')) {
    const stats = await state.fileSystem.lstat(state.path('transfer', 'look', name));
    if (stats && Date.now() - stats.mtimeMs > lookForMs) await state.remove(`transfer/look/${name}`);
  }
}
