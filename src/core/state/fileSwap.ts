import type { RunContext } from '../ports';
import { messageOf } from '../syncError';
import { beginPass, carryOutEntry } from './carryOutEntry';
import { ioError } from './ioReason';
import { foldedPath, unportablePathReason } from './portablePath';
import { moveNewFolders } from './moveNewFolders';
import type { ProjectLock } from './projectLock';
import { stageChanges, type AcceptedChange, type StagedChange } from './stageChanges';
import type { StateDirectory } from './stateDirectory';
import {
  closeJournal,
  flushFolders,
  makeStagingFolders,
  newJournal,
  stagingOnAll,
  writeJournal,
  type SwapJournal,
} from './swapJournal';
import type { SwapStaging } from './swapStaging';
import { anyDevice, deviceOf, locateTarget, noFolderSeen, seenMissing } from './swapTarget';

/** How much one swap of contents in memory should take at most. */
export const swapBatch = { files: 500, bytes: 32 * 1024 * 1024 } as const;

/** A content that lies in the swap's staging already (swapStaging.ts), and was hashed as it was written there. */
export interface StagedContent {
  /** Its name there, each is used once: a number, or `f3/a.md` for a file that has its own name in a folder of the staging. */
  readonly staged: number | string;
  /** SHA-256, lower-case hex. */
  readonly digest: string;
}

export interface FileChange {
  /** Relative to the root of the swap, with `/`. */
  readonly path: string;
  /** The new bytes; null deletes the file. */
  readonly content: Uint8Array | StagedContent | null;
  /** SHA-256 that the target must have now; null: it must not exist. */
  readonly expect: string | null;
  /** Permission bits; without them an existing file keeps its own, and a new one gets 0644 less the umask. */
  readonly mode?: number;
}

export interface FileSwapOptions {
  readonly state: StateDirectory;
  readonly lock: ProjectLock;
  /** Absolute; confines all targets. A root outside of the project is only recovered where `recoverFileSwaps` is told of it. */
  readonly root: string;
  readonly changes: readonly FileChange[];
  readonly context: RunContext;
  /**
   * Called once, when everything is staged and verified, with the changes that are about to be made; nothing is touched yet,
   * and nothing is when it throws. The place to finish a backup.
   */
  readonly beforeSwap?: (changes: readonly FileChange[]) => Promise<void>;
  /** Where the `StagedContent`s are; it is gone afterwards, whatever became of the swap. */
  readonly staging?: SwapStaging;
  /** Called after each change that was made: whatever ends the swap, it has been told what was done. */
  readonly onApplied?: (change: FileChange) => void;
}

export interface RefusedChange {
  readonly change: FileChange;
  readonly reason: string;
}

export interface FileSwapResult {
  readonly applied: readonly FileChange[];
  readonly refused: readonly RefusedChange[];
  /** The user stopped it: what is in neither list was left as it was. */
  readonly cancelled: boolean;
}

/**
 * Writes, replaces and deletes files so that each is old or new at every moment, and an interrupted run is completed by the
 * next (design.md rule 3): stage on the same volume, verify, note in a journal, and for every file check once more, then
 * rename. Files are independent: one that cannot be written, or has changed meanwhile, is refused, the others go on.
 *
 * @throws SyncError `io` while staging: nothing was changed. `locked` when the lock was lost: the new holder completes it.
 */
export async function swapFiles(options: FileSwapOptions): Promise<FileSwapResult> {
  const { state, root, changes, context } = options;
  const refused: RefusedChange[] = [];
  const first = options.staging?.journal ?? newJournal(state, root);
  let accepted: readonly AcceptedChange[];
  try {
    accepted = await wrapped(`Could not look at the files below ${root}`, () => preflight(options, refused));
  } catch (error) {
    if (options.staging) await tidyUp(state, first, context);
    throw error;
  }
  if (accepted.length === 0) {
    if (options.staging) await tidyUp(state, first, context);
    return { applied: [], refused, cancelled: false };
  }
  const { journal, staged } = await stage(options, first, accepted);
  const result = await swapAll(options, journal, staged);
  await tidyUp(state, journal, context);
  context.logger.debug(`Files: ${result.applied.length} of ${changes.length} written below ${root}`);
  return { ...result, refused: [...refused, ...result.refused] };
}

/** Refuses what can be refused before anything is written. */
async function preflight(
  { state, root, changes }: FileSwapOptions,
  refused: RefusedChange[],
): Promise<AcceptedChange[]> {
  const hasTwin = twinsAmong(changes);
  const accepted: AcceptedChange[] = [];
  const seen = noFolderSeen();
  const device = changes.length === 0 ? anyDevice : await deviceOf(state.fileSystem, root);
  for (const change of changes) {
    const invalid = invalidReason(change, hasTwin(change.path));
    if (invalid !== undefined) {
      refused.push({ change, reason: invalid });
      continue;
    }
    const target =
      seenMissing(seen, change.path) ??
      (await locateTarget(state.fileSystem, root, change.path, device, seen));
    if (target.kind === 'refused') refused.push({ change, reason: target.reason });
    else accepted.push({ change, target });
  }
  return accepted;
}

function twinsAmong(changes: readonly FileChange[]): (path: string) => boolean {
  const seen = new Set<string>();
  const twins = new Set<string>();
  for (const folded of changes.map(({ path }) => foldedPath(path))) {
    if (seen.has(folded)) twins.add(folded);
    seen.add(folded);
  }
  return (path) => twins.size > 0 && twins.has(foldedPath(path));
}

function invalidReason({ path, content, expect }: FileChange, hasTwin: boolean): string | undefined {
  if (hasTwin)
    return 'another change has the same path but for case or Unicode form, which is one file on some platforms';
  if (content === null && expect === null) return 'there is nothing to delete';
  return unportablePathReason(path);
}

/** Afterwards everything that is to be done is on the disk, contents and journal. When it throws, nothing is left of either. */
async function stage(
  { state, context, beforeSwap, staging }: FileSwapOptions,
  first: SwapJournal,
  accepted: readonly AcceptedChange[],
): Promise<{ readonly journal: SwapJournal; readonly staged: readonly StagedChange[] }> {
  let journal = first;
  try {
    const stateDevice = await deviceOf(state.fileSystem, await state.ensure('staging'));
    const volumes = accepted.map(({ target }) => target.volume);
    journal = stagingOnAll(first, volumes, stateDevice);
    // In the state folder it is found without.
    if (journal.stagings.some((top) => top !== null)) await writeJournal(state, journal);
    await makeStagingFolders(state, journal);
    const staged = await stageChanges({
      state,
      journal,
      accepted,
      stateDevice,
      context,
      flushed: staging?.flushed,
    });
    if (!context.signal?.aborted) await beforeSwap?.(staged.map(({ change }) => change));
    journal = { ...journal, entries: staged.map(({ entry }) => entry) };
    if (!context.signal?.aborted) await writeJournal(state, journal);
    return { journal, staged };
  } catch (error) {
    await tidyUp(state, journal, context);
    throw ioError('Could not stage the new files; nothing was changed', error);
  }
}

async function swapAll(
  { state, lock, context, onApplied }: FileSwapOptions,
  journal: SwapJournal,
  staged: readonly StagedChange[],
): Promise<FileSwapResult> {
  const applied: FileChange[] = [];
  const refused: RefusedChange[] = [];
  const pass = beginPass(state, journal);
  const moved = new Set<StagedChange>();
  const done = (change: FileChange): void => {
    applied.push(change);
    onApplied?.(change);
  };
  const mayGoOn = async (): Promise<boolean> => {
    if (context.signal?.aborted) return false;
    await lock.assertHeld();
    return true;
  };
  await moveNewFolders(pass, staged, mayGoOn, (one) => {
    moved.add(one);
    done(one.change);
  });
  for (const one of staged) {
    if (moved.has(one)) continue;
    if (!(await mayGoOn())) break;
    const outcome = await carryOutEntry(pass, one.entry);
    if (outcome === undefined) done(one.change);
    else refused.push({ change: one.change, reason: outcome });
  }
  await wrapped('Could not flush the written files', () => flushFolders(state, journal, pass.folders));
  return { applied, refused, cancelled: applied.length + refused.length < staged.length };
}

/** What cannot be removed now is removed by the next run: the result, or the first error, is what has to be told. */
async function tidyUp(state: StateDirectory, journal: SwapJournal, { logger }: RunContext): Promise<void> {
  try {
    await closeJournal(state, { journal, finished: false });
  } catch (error) {
    logger.warn(`Staged files were left for the next run to remove. ${messageOf(error)}`);
  }
}

async function wrapped<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw ioError(what, error);
  }
}
