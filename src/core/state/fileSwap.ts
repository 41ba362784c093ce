import { dirname, join } from 'node:path';
import { sha256 } from '../digest';
import type { RunContext } from '../ports';
import { messageOf, SyncError } from '../syncError';
import { carryOutEntry } from './carryOutEntry';
import { inGroups } from './inGroups';
import { ioError } from './ioReason';
import { foldedPath, unportablePathReason } from './portablePath';
import type { ProjectLock } from './projectLock';
import type { StateDirectory } from './stateDirectory';
import {
  closeJournal,
  makeStagingFolders,
  newJournal,
  stagedPath,
  stagingFolder,
  stagingIndex,
  writeJournal,
  type SwapEntry,
  type SwapJournal,
} from './swapJournal';
import { anyDevice, deviceOf, locateTarget, type SwapTarget } from './swapTarget';

/** How much one swap should take at most: what is held in memory, and what one journal has to undo or complete. */
export const swapBatch = { files: 500, bytes: 32 * 1024 * 1024 } as const;

export interface FileChange {
  /** Relative to the root of the swap, with `/`. */
  readonly path: string;
  /** The new bytes; null deletes the file. */
  readonly content: Uint8Array | null;
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

interface StagedChange {
  readonly change: FileChange;
  readonly entry: SwapEntry;
}

type Accepted = { readonly change: FileChange; readonly target: Exclude<SwapTarget, { kind: 'refused' }> };

/**
 * Writes, replaces and deletes files so that each is old or new at every moment, and an interrupted run is completed by the
 * next (design.md rule 3): stage on the same volume, verify, note in a journal, and for every file check once more, then
 * rename. Files are independent: one that cannot be written, or has changed meanwhile, is refused, the others go on.
 *
 * @throws SyncError `io` while staging: nothing was changed. `locked` when the lock was lost: the new holder completes it.
 */
export async function swapFiles(options: FileSwapOptions): Promise<FileSwapResult> {
  const { state, root, changes, context, beforeSwap } = options;
  const refused: RefusedChange[] = [];
  const accepted = await wrapped(`Could not look at the files below ${root}`, () =>
    preflight(options, refused),
  );
  if (accepted.length === 0) return { applied: [], refused, cancelled: false };

  const stateDevice = await wrapped('Could not open the state folder', async () =>
    deviceOf(state.fileSystem, await state.ensure('staging')),
  );
  const journal = newJournal(
    state,
    root,
    accepted.map(({ target }) => target.volume),
    stateDevice,
  );
  let staged: StagedChange[];
  let begun: SwapJournal;
  try {
    await writeJournal(state, journal);
    await makeStagingFolders(state, journal);
    staged = await stage(state, journal, accepted, stateDevice, context);
    if (!context.signal?.aborted) await beforeSwap?.(staged.map(({ change }) => change));
    begun = { ...journal, entries: staged.map(({ entry }) => entry) };
    if (!context.signal?.aborted) await writeJournal(state, begun);
  } catch (error) {
    await tidyUp(state, journal, context);
    throw ioError('Could not stage the new files; nothing was changed', error);
  }
  const result = await swapAll(options, begun, staged);
  await tidyUp(state, begun, context);
  context.logger.debug(`Files: ${result.applied.length} of ${changes.length} written below ${root}`);
  return { ...result, refused: [...refused, ...result.refused] };
}

/** Refuses what can be refused before anything is written. */
async function preflight(
  { state, root, changes }: FileSwapOptions,
  refused: RefusedChange[],
): Promise<Accepted[]> {
  const twins = new Map<string, number>();
  for (const { path } of changes) twins.set(foldedPath(path), (twins.get(foldedPath(path)) ?? 0) + 1);
  const accepted: Accepted[] = [];
  const device = changes.length === 0 ? anyDevice : await deviceOf(state.fileSystem, root);
  for (const change of changes) {
    const invalid = invalidReason(change, (twins.get(foldedPath(change.path)) ?? 0) > 1);
    if (invalid !== undefined) {
      refused.push({ change, reason: invalid });
      continue;
    }
    const target = await locateTarget(state.fileSystem, root, change.path, device);
    if (target.kind === 'refused') refused.push({ change, reason: target.reason });
    else accepted.push({ change, target });
  }
  return accepted;
}

function invalidReason({ path, content, expect }: FileChange, hasTwin: boolean): string | undefined {
  if (hasTwin)
    return 'another change has the same path but for case or Unicode form, which is one file on some platforms';
  if (content === null && expect === null) return 'there is nothing to delete';
  return unportablePathReason(path);
}

async function stage(
  state: StateDirectory,
  journal: SwapJournal,
  accepted: readonly Accepted[],
  stateDevice: number,
  context: RunContext,
): Promise<StagedChange[]> {
  const planned = accepted.map(({ change, target }, staged) => {
    const after = change.content && sha256(change.content);
    const staging = stagingIndex(journal, target.volume, stateDevice);
    return { change, target, entry: { path: change.path, before: change.expect, after, staging, staged } };
  });
  await inGroups(planned, async ({ change, target, entry }) => {
    if (context.signal?.aborted || change.content === null) return;
    const mode = change.mode ?? (target.kind === 'file' ? target.mode : undefined);
    const path = stagedPath(state, journal, entry);
    await wrapped(`Could not stage ${change.path}; nothing was changed`, async () => {
      await state.fileSystem.createUnflushed(
        path,
        change.content ?? new Uint8Array(),
        mode ?? 0o644,
        mode !== undefined,
      );
      if (sha256(await state.fileSystem.readFile(path)) !== entry.after) {
        throw new SyncError(
          'io',
          `${change.path} reads differently from what was written to the staging folder; nothing was changed.`,
          {
            hint: 'The disk may be failing.',
          },
        );
      }
    });
  });
  if (context.signal?.aborted) return planned;
  await wrapped('Could not flush the staged files; nothing was changed', () =>
    flushStaged(state, journal, planned),
  );
  return planned;
}

/** All of them at once: waiting for the disk file by file is what would take the time. */
async function flushStaged(
  state: StateDirectory,
  journal: SwapJournal,
  planned: readonly StagedChange[],
): Promise<void> {
  for (const index of journal.stagings.keys()) {
    const folder = stagingFolder(state, journal, index);
    const written = planned.filter(({ change, entry }) => change.content !== null && entry.staging === index);
    await state.fileSystem.syncFiles(
      folder,
      written.map(({ entry }) => stagedPath(state, journal, entry)),
    );
    await state.fileSystem.syncDirectory(folder);
  }
}

async function swapAll(
  { state, lock, root, context }: FileSwapOptions,
  journal: SwapJournal,
  staged: readonly StagedChange[],
): Promise<FileSwapResult> {
  const applied: FileChange[] = [];
  const refused: RefusedChange[] = [];
  const folders = new Set<string>();
  for (const { change, entry } of staged) {
    if (context.signal?.aborted) break;
    await lock.assertHeld();
    const outcome = await carryOutEntry(state, journal, entry, folders);
    if (outcome === undefined) applied.push(change);
    else refused.push({ change, reason: outcome });
  }
  for (const { path } of applied) folders.add(dirname(join(root, path)));
  await wrapped('Could not flush the written files', async () => {
    for (const folder of folders) await state.fileSystem.syncDirectory(folder);
  });
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
