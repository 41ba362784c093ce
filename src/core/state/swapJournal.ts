import { randomUUID } from 'node:crypto';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import * as z from 'zod/mini';
import { SyncError } from '../syncError';
import { ioError } from './ioReason';
import { unportablePathReason } from './portablePath';
import { isInside, type StateDirectory } from './stateDirectory';
import { anyDevice, locateTarget, type Volume } from './swapTarget';

const digest = z.nullable(z.string().check(z.regex(/^[0-9a-f]{64}$/)));
const portablePath = z.string().check(z.refine((path) => unportablePathReason(path) === undefined));

/** `f3/a.md`. */
const stagedInFolder = portablePath.check(z.regex(/^f\d+\/[^/]+$/));

const entrySchema = z.object({
  path: portablePath,
  /** SHA-256 of what the target must hold; null: nothing. */
  before: digest,
  /** SHA-256 of what it will hold; null: nothing. */
  after: digest,
  /** Index into `stagings`. */
  staging: z.int().check(z.nonnegative()),
  /** Name of its staged file: a number, or its own name in a numbered folder of the staging (moveNewFolders.ts). */
  staged: z.union([z.int().check(z.nonnegative()), stagedInFolder]),
});

const journalSchema = z.object({
  format: z.literal(1),
  id: z.uuid(),
  /** Relative to the project's root with `/` ('' is the root itself) when below it, else absolute. */
  root: z.string(),
  /** Where staged files are: null is the state folder, else a folder below the root on another volume ('' is the root). */
  stagings: z.array(z.nullable(z.union([z.literal(''), portablePath]))),
  /** Empty until everything is staged: nothing was changed then, and there are only staging folders to be removed. */
  entries: z.array(entrySchema),
});

export type SwapJournal = Readonly<z.output<typeof journalSchema>>;
export type SwapEntry = Readonly<z.output<typeof entrySchema>>;

/** Hidden folder for staged files on a volume that the state folder is not on. */
export const stagingName = '.systemprompt-sync-staging';

/** A journal of nothing yet. */
export function newJournal(
  state: StateDirectory,
  root: string,
  stagings: SwapJournal['stagings'] = [],
): SwapJournal {
  return { format: 1, id: randomUUID(), root: storedRoot(state, root), stagings, entries: [] };
}

/** With a staging for each of the volumes. */
export function stagingOnAll(
  journal: SwapJournal,
  volumes: readonly Volume[],
  stateDevice: number,
): SwapJournal {
  const needed = volumes.map((volume) => stagingOn(volume, stateDevice));
  return { ...journal, stagings: [...new Set([...journal.stagings, ...needed])] };
}

/** Which of the journal's stagings is for targets on `volume`. */
export function stagingIndex(journal: SwapJournal, volume: Volume, stateDevice: number): number {
  return journal.stagings.indexOf(stagingOn(volume, stateDevice));
}

function stagingOn(volume: Volume, stateDevice: number): string | null {
  return volume.device === stateDevice ? null : volume.top;
}

export async function writeJournal(state: StateDirectory, journal: SwapJournal): Promise<void> {
  await state.writeJson(`journal/${openName(journal.id)}`, journal);
}

/** A journal that was found, and whether only tidying up is left of it. */
export interface FoundJournal {
  readonly journal: SwapJournal;
  readonly finished: boolean;
}

/**
 * What interrupted runs have left.
 * @throws SyncError `stateCorrupted` for a journal that cannot be understood, `io`
 */
export async function findJournals(state: StateDirectory): Promise<FoundJournal[]> {
  const found: FoundJournal[] = [];
  for (const name of await journalNames(state)) {
    const journal = await state.readJson(`journal/${name}`, journalSchema);
    if (journal) found.push({ journal, finished: name === finishedName(journal.id) });
  }
  return found;
}

async function journalNames(state: StateDirectory): Promise<string[]> {
  try {
    return (await state.fileSystem.list(state.path('journal')))
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch (error) {
    throw ioError('Could not list the journals of interrupted runs', error);
  }
}

/** Absolute root of a journal's targets. */
export function journalRoot(state: StateDirectory, { root }: SwapJournal): string {
  return isAbsolute(root) ? root : join(state.projectRoot, root);
}

/** Absolute path of a staging folder; does not look at the disk. */
export function stagingFolder(state: StateDirectory, journal: SwapJournal, index: number): string {
  const top = journal.stagings[index];
  if (top === undefined)
    throw new SyncError(
      'stateCorrupted',
      `The journal ${journal.id} names a staging folder it does not have.`,
    );
  return top === null
    ? state.path('staging', journal.id)
    : join(journalRoot(state, journal), top, stagingName, journal.id);
}

/** Absolute paths of staged files, for a pass over many: the folders are looked up once. */
export function stagedPaths(
  state: StateDirectory,
  journal: SwapJournal,
): (entry: Pick<SwapEntry, 'staging' | 'staged'>) => string {
  const folders = journal.stagings.map((_, index) => stagingFolder(state, journal, index));
  return ({ staging, staged }) =>
    `${folders[staging] ?? stagingFolder(state, journal, staging)}${sep}${staged}`;
}

/** @throws SyncError `io`, also when something else stands where the folder belongs */
export async function makeStagingFolders(state: StateDirectory, journal: SwapJournal): Promise<void> {
  for (const [index, top] of journal.stagings.entries()) {
    if (top === null) {
      await state.ensure('staging', journal.id);
      continue;
    }
    await requireRealFolder(state, journal, top);
    const folder = stagingFolder(state, journal, index);
    await state.fileSystem.makeDirectory(join(folder, '..'), 0o700);
    await requireRealFolder(state, journal, top);
    await state.fileSystem.makeDirectory(folder, 0o700);
  }
}

/** Makes what was renamed last: `folders`, absolute, are those whose list of names has changed. Throws Node.js' own errors. */
export async function flushFolders(
  { fileSystem }: StateDirectory,
  { stagings }: SwapJournal,
  folders: ReadonlySet<string>,
): Promise<void> {
  if (stagings.length === 1) return fileSystem.syncDirectories([...folders]);
  for (const folder of folders) await fileSystem.syncDirectory(folder);
}

/**
 * Tidies up in the order in which being interrupted does no harm: first the journal's name says that nothing is left to do
 * (a rename, which works on a full disk too), and the journal goes last.
 */
export async function closeJournal(
  state: StateDirectory,
  { journal, finished }: FoundJournal,
): Promise<void> {
  const { fileSystem } = state;
  const folder = state.path('journal');
  const closed = join(folder, finishedName(journal.id));
  try {
    if (!finished) {
      const open = join(folder, openName(journal.id));
      if (await fileSystem.lstat(open)) await fileSystem.rename(open, closed);
      await fileSystem.syncDirectory(folder);
    }
    for (const [index, top] of journal.stagings.entries()) {
      if (top === null) await state.remove(`staging/${journal.id}`);
      else await removeStaging(state, journal, top, stagingFolder(state, journal, index));
    }
    await fileSystem.unlink(closed);
  } catch (error) {
    throw ioError('Could not tidy up after writing files', error);
  }
}

async function removeStaging(
  state: StateDirectory,
  journal: SwapJournal,
  top: string,
  folder: string,
): Promise<void> {
  await requireRealFolder(state, journal, top);
  await state.fileSystem.removeTree(folder);
  await state.fileSystem.removeEmptyDirectory(join(folder, '..'));
}

/** A link in its place would lead our staging, and its removal, somewhere else. */
async function requireRealFolder(state: StateDirectory, journal: SwapJournal, top: string): Promise<void> {
  const path = top === '' ? stagingName : `${top}/${stagingName}`;
  const probe = await locateTarget(state.fileSystem, journalRoot(state, journal), `${path}/probe`, anyDevice);
  if (probe.kind === 'missing') return;
  throw new SyncError(
    'io',
    `${path} cannot be used for staging: ${probe.kind === 'refused' ? probe.reason : 'it is in use'}.`,
    {
      hint: 'Remove it, and run the command again.',
    },
  );
}

function openName(id: string): string {
  return `${id}.json`;
}

function finishedName(id: string): string {
  return `${id}.finished.json`;
}

/** Relative where possible: a container sees the project at another absolute path than its host. */
function storedRoot({ projectRoot }: StateDirectory, root: string): string {
  const absolute = resolve(root);
  if (absolute === projectRoot) return '';
  return isInside(projectRoot, absolute) ? relative(projectRoot, absolute).split(sep).join('/') : absolute;
}
