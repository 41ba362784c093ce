import { sha256 } from '../digest';
import type { RunContext } from '../ports';
import { SyncError } from '../syncError';
import type { FileChange, StagedContent } from './fileSwap';
import { inGroups } from './inGroups';
import { ioError } from './ioReason';
import type { StateDirectory } from './stateDirectory';
import { stagedPaths, stagingFolder, stagingIndex, type SwapEntry, type SwapJournal } from './swapJournal';
import { digestOfFile, type SwapTarget } from './swapTarget';

export interface AcceptedChange {
  readonly change: FileChange;
  readonly target: Exclude<SwapTarget, { kind: 'refused' }>;
}

export interface StagedChange extends AcceptedChange {
  readonly entry: SwapEntry;
}

export interface StageOptions {
  readonly state: StateDirectory;
  /** Has a staging for the volume of every target; its folders exist. */
  readonly journal: SwapJournal;
  readonly accepted: readonly AcceptedChange[];
  readonly stateDevice: number;
  readonly context: RunContext;
  /** See `SwapStaging`. */
  readonly flushed?: Promise<boolean> | undefined;
}

type PathOf = ReturnType<typeof stagedPaths>;

/**
 * Sees to it that every new content lies in the staging of its target's volume, with its mode, flushed, and that what is
 * written here reads back as what it should be. Cancelling ends it early: then nothing is promised of the contents.
 *
 * @throws SyncError `io` that names the file
 */
export async function stageChanges(options: StageOptions): Promise<readonly StagedChange[]> {
  const { state, journal, context } = options;
  const pathOf = stagedPaths(state, journal);
  const planned = planEntries(options);
  const written = planned.filter(({ change }) => change.content !== null);
  const toPut = written.filter((staged) => !liesThere(journal, staged) || modeFor(staged) !== undefined);
  await inGroups(toPut, async (staged) => {
    if (context.signal?.aborted) return;
    await named(staged, () => putInPlace(options, staged, pathOf(staged.entry)));
  });
  if (context.signal?.aborted) return planned;
  const isFlushed = toPut.length === 0 && (await options.flushed) === true;
  // The disk works on what was written while it is read back from memory.
  const [flushed, verified] = await Promise.allSettled([
    isFlushed ? undefined : flushStaged(options, written, pathOf),
    verifyAll(options, written, pathOf),
  ]);
  if (verified.status === 'rejected') throw verified.reason;
  if (flushed.status === 'rejected')
    throw ioError('Could not flush the staged files; nothing was changed', flushed.reason);
  return planned;
}

/** Contents that lie in the state folder's staging keep their numbers. */
function planEntries({ journal, accepted, stateDevice }: StageOptions): StagedChange[] {
  let free = 0;
  for (const { change } of accepted)
    if (isStaged(change.content) && typeof change.content.staged === 'number')
      free = Math.max(free, change.content.staged + 1);
  return accepted.map(({ change, target }) => {
    const { path, content, expect: before } = change;
    const staging = stagingIndex(journal, target.volume, stateDevice);
    const after = digestAfter(change);
    const liesHere = isStaged(content) && journal.stagings[staging] === null;
    const staged = liesHere ? content.staged : free++;
    return { change, target, entry: { path, before, after, staging, staged } };
  });
}

/** True for a content that whoever staged it has written where it is needed. */
function liesThere({ stagings }: SwapJournal, { change, entry }: StagedChange): boolean {
  return isStaged(change.content) && stagings[entry.staging] === null;
}

/** Undefined for a new file that gets the usual mode. */
function modeFor({ change, target }: StagedChange): number | undefined {
  return change.mode ?? (target.kind === 'file' ? target.mode : undefined);
}

/** @param staged a change with a content that is not null */
async function putInPlace(
  { state, journal }: StageOptions,
  staged: StagedChange,
  path: string,
): Promise<void> {
  const { fileSystem } = state;
  const { content } = staged.change;
  const mode = modeFor(staged);
  if (liesThere(journal, staged)) {
    if (mode !== undefined) await fileSystem.chmod(path, mode);
    return;
  }
  const bytes = isStaged(content)
    ? await fileSystem.readFile(state.path('staging', journal.id, String(content.staged)))
    : content;
  if (bytes !== null) await fileSystem.createUnflushed(path, bytes, mode ?? 0o644, mode !== undefined);
}

async function verifyAll(
  { state, journal, context }: StageOptions,
  written: readonly StagedChange[],
  pathOf: PathOf,
): Promise<void> {
  for (const staged of written) {
    const { change, entry } = staged;
    if (liesThere(journal, staged)) continue;
    if (context.signal?.aborted) return;
    await named(staged, async () => {
      if ((await digestOfFile(state.fileSystem, pathOf(entry))) === entry.after) return;
      throw new SyncError(
        'io',
        `${change.path} reads differently from what was written to the staging folder; nothing was changed.`,
        {
          hint: 'The disk may be failing.',
        },
      );
    });
  }
}

/** All of them at once: waiting for the disk file by file is what would take the time. */
async function flushStaged(
  { state, journal }: StageOptions,
  written: readonly StagedChange[],
  pathOf: PathOf,
): Promise<void> {
  for (const index of journal.stagings.keys()) {
    const folder = stagingFolder(state, journal, index);
    const files = written.filter(({ entry }) => entry.staging === index);
    await state.fileSystem.syncFiles(
      folder,
      files.map(({ entry }) => pathOf(entry)),
    );
  }
}

/** SHA-256 of what a change makes of its file; null when it deletes it. */
export function digestAfter({ content }: FileChange): string | null {
  return isStaged(content) ? content.digest : content && sha256(content);
}

function isStaged(content: FileChange['content']): content is StagedContent {
  return content !== null && 'staged' in content;
}

async function named<T>({ change }: StagedChange, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw ioError(`Could not stage ${change.path}; nothing was changed`, error);
  }
}
