import { dirname, join } from 'node:path';
import type { RunContext } from '../ports';
import { errnoOf, SyncError } from '../syncError';
import { beginPass, carryOutEntry, putBack, type SwapPass } from './carryOutEntry';
import { ioError } from './ioReason';
import { listOwn } from './ownName';
import type { ProjectLock } from './projectLock';
import { isInside, type StateDirectory } from './stateDirectory';
import {
  closeJournal,
  findJournals,
  flushFolders,
  journalRoot,
  type FoundJournal,
  type SwapEntry,
} from './swapJournal';
import { anyDevice, digestOfFile, locateTarget } from './swapTarget';

/** What became of the changes of an interrupted run. Paths are relative to `root`. */
export interface RecoveryReport {
  readonly id: string;
  /** Absolute. */
  readonly root: string;
  /** Carried out now. */
  readonly completed: readonly string[];
  /** Had been carried out before the interruption. */
  readonly done: readonly string[];
  /** Left as they are, because they changed in between or could not be written. */
  readonly left: readonly { readonly path: string; readonly reason: string }[];
}

export interface RecoveryOptions {
  readonly state: StateDirectory;
  readonly lock: ProjectLock;
  readonly context: RunContext;
  /**
   * Folders outside of the project that the caller writes to as well. A journal is a file like any other and may come with a
   * cloned project: it is never followed to a place that nobody named.
   */
  readonly roots?: readonly string[];
}

/** A temporary file of another process is at most this old while it is in use. */
const temporaryForMs = 60 * 60_000;

/**
 * Completes what interrupted runs have left, and removes their journals and staged files. Only for the holder of the lock,
 * since then nobody else is writing. Being interrupted itself does no harm.
 *
 * @throws SyncError `stateCorrupted` for a journal that cannot be understood, `locked`, `io`
 */
export async function recoverFileSwaps(options: RecoveryOptions): Promise<readonly RecoveryReport[]> {
  const reports: RecoveryReport[] = [];
  const journals = await findJournals(options.state);
  for (const found of journals) reports.push(await recoverJournal(options, found));
  await sweepStaging(options, journals);
  await sweepTemporaryFiles(options.state);
  return reports;
}

async function recoverJournal(options: RecoveryOptions, found: FoundJournal): Promise<RecoveryReport> {
  const { journal, finished } = found;
  const { state, lock } = options;
  const root = journalRoot(state, journal);
  const completed: string[] = [];
  const done: string[] = [];
  const left: { path: string; reason: string }[] = [];
  const reason = await distrustReason(options, root);
  if (reason !== undefined) {
    return {
      id: journal.id,
      root,
      completed,
      done,
      left: journal.entries.map(({ path }) => ({ path, reason })),
    };
  }
  const pass = beginPass(state, journal);
  for (const entry of finished ? [] : journal.entries) {
    await lock.assertHeld();
    const outcome = await recoverEntry(pass, entry);
    if (outcome === 'done') done.push(entry.path);
    else if (outcome === 'completed') completed.push(entry.path);
    else left.push({ path: entry.path, reason: outcome.reason });
  }
  try {
    await flushFolders(state, journal, pass.folders);
  } catch (error) {
    throw ioError('Could not flush the files of an interrupted run', error);
  }
  await lock.assertHeld();
  await closeJournal(state, found);
  return { id: journal.id, root, completed, done, left };
}

async function recoverEntry(
  pass: SwapPass,
  entry: SwapEntry,
): Promise<'done' | 'completed' | { readonly reason: string }> {
  const { fileSystem, root, folders } = pass;
  const target = join(root, entry.path);
  const staged = pass.stagedPath(entry);
  try {
    const found = await locateTarget(fileSystem, root, entry.path, anyDevice);
    if (found.kind === 'refused') return found;
    const [now, kept] = await Promise.all([
      found.kind === 'missing' ? null : digestOfFile(fileSystem, target),
      digestOfFile(fileSystem, staged),
    ]);
    // The run that died may have created all of them.
    for (let folder = dirname(target); isInside(root, folder); folder = dirname(folder)) folders.add(folder);
    folders.add(root);
    if (entry.after === null && now === null && kept !== null && kept !== entry.before) {
      await putBack(fileSystem, staged, target);
      return { reason: 'it has changed meanwhile' };
    }
    if (now === entry.after) return 'done';
    if (entry.after !== null && kept !== entry.after) return { reason: 'its new content was lost' };
  } catch (error) {
    throw ioError(`Could not complete the interrupted change of ${entry.path}`, error);
  }
  const reason = await carryOutEntry(pass, entry);
  return reason === undefined ? 'completed' : { reason };
}

/** Why a journal is not followed to its root; undefined when it is one of ours. */
async function distrustReason(
  { state, roots = [] }: RecoveryOptions,
  root: string,
): Promise<string | undefined> {
  const { fileSystem, projectRoot } = state;
  try {
    const real = await fileSystem.realpath(root);
    const trusted = await Promise.all([projectRoot, ...roots].map((folder) => fileSystem.realpath(folder)));
    const ours = trusted.some((folder) => real === folder || isInside(folder, real));
    return ours ? undefined : 'it lies outside of the folders of the project';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return `${root} does not exist`;
    throw ioError(`Could not look at ${root}`, error);
  }
}

/** Of runs that were interrupted before there was anything to note. A journal that is not followed keeps its own. */
async function sweepStaging(
  { state, lock }: RecoveryOptions,
  journals: readonly FoundJournal[],
): Promise<void> {
  const noted = new Set(journals.map(({ journal }) => journal.id));
  for (const name of await listOwn(state, 'staging', 'what interrupted runs have staged')) {
    if (noted.has(name)) continue;
    await lock.assertHeld();
    await state.remove(`staging/${name}`);
  }
}

async function sweepTemporaryFiles(state: StateDirectory): Promise<void> {
  const { fileSystem } = state;
  const names = await listOwn(state, 'tmp', 'temporary files', '.tmp');
  try {
    for (const name of names) {
      const stats = await fileSystem.lstat(state.path('tmp', name));
      if (stats && Date.now() - stats.mtimeMs > temporaryForMs)
        await fileSystem.unlink(state.path('tmp', name));
    }
  } catch (error) {
    if (SyncError.is(error)) throw error;
    throw ioError('Could not remove temporary files', error);
  }
}
