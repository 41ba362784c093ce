import type { FilesDirection, FilesSide } from '../../core/files/filesPlan';
import { errorOf } from '../changes/projectView';
import { stopWithNotice } from '../commands/stopWithNotice';
import { showError, type CommandHandler } from '../runCommand';
import type { Services } from '../services';
import { choicesOf, filesToForce, givingSide, movableFiles, surplusFiles } from './chooseFiles';
import { commandFiles, requireComparedFiles, type ComparedFiles } from './commandFiles';
import type { FileNode } from './filesNode';
import { filesResultDocument } from './filesResultDocument';
import { deleteFilesWords, filesWords } from './filesWords';
import { moveFiles } from './moveFiles';

/** Compares the files again; whoever asked for it is told why it failed. */
export const compareFiles: CommandHandler = async (services) => {
  await services.refresh(['files']);
  const error = errorOf(services.store.state, 'files');
  if (error !== undefined) void showError(services, error);
};

/**
 * Moves rows, folders or checked files; with nothing named, everything that the giving side alone has changed. Files that
 * were named one by one move also where the other side has changed them, after the question. Nothing is deleted by it.
 */
export function moveToOther(direction: FilesDirection): CommandHandler {
  return async (services, ...args) => {
    const { t } = services;
    const compared = await requireComparedFiles(services);
    const { named, files } = commandFiles(services, compared, args);
    const words = filesWords(t, direction, compared.target.label);
    if (named === 'none') return moveAll(services, compared, direction);
    if (files.length > 0 && files.every(({ status }) => status === 'conflict'))
      stopWithNotice(t('Decide conflicts with Keep Local or Keep Remote, or merge them.'));
    const forced = filesToForce(files, direction);
    const options = { direction, selected: selecting(files) };
    const bold = { ...options, choices: choicesOf(forced, givingSide(direction)) };
    await moveFiles(
      services,
      compared,
      named === 'rows'
        ? { words, options: bold }
        : {
            words,
            options,
            bolder: forced.length === 0 ? undefined : { options: bold, forced: forced.length },
          },
    );
  };
}

async function moveAll(
  services: Services,
  compared: ComparedFiles,
  direction: FilesDirection,
): Promise<void> {
  const { t } = services;
  const files = movableFiles(compared.files.values(), direction);
  if (files.length === 0)
    stopWithNotice(
      direction === 'push'
        ? t('Nothing to push to {0}.', compared.target.label)
        : t('Nothing to pull from {0}.', compared.target.label),
    );
  await moveFiles(services, compared, {
    words: filesWords(t, direction, compared.target.label),
    options: { direction, selected: selecting(files) },
    notes: [t('Nothing is checked, so all files are meant that only this side has changed.')],
  });
}

/** The named side wins for these files, also where it has deleted them. */
export function keepFiles(side: FilesSide): CommandHandler {
  return async (services, ...args) => {
    const compared = await requireComparedFiles(services);
    await keepSide(services, compared, side, commandFiles(services, compared, args).files);
  };
}

export async function keepSide(
  services: Services,
  compared: ComparedFiles,
  side: FilesSide,
  files: readonly FileNode[],
): Promise<void> {
  if (files.length === 0) stopWithNotice(services.t('Choose files in the Changes view first.'));
  const direction = side === 'local' ? 'push' : 'pull';
  await moveFiles(services, compared, {
    words: filesWords(services.t, direction, compared.target.label),
    options: { direction, selected: selecting(files), choices: choicesOf(files, side) },
  });
}

/** Deletes what the other side does not have; only what is named, and always after a question. */
export function deleteFiles(direction: FilesDirection): CommandHandler {
  return async (services, ...args) => {
    const compared = await requireComparedFiles(services);
    const files = surplusFiles(commandFiles(services, compared, args).files, direction);
    if (files.length === 0) stopWithNotice(services.t('Choose files in the Changes view first.'));
    await moveFiles(services, compared, {
      words: deleteFilesWords(services.t, direction, compared.target.label),
      options: {
        direction,
        selected: selecting(files),
        choices: choicesOf(files, givingSide(direction)),
      },
    });
  };
}

export const showLastFilesResult: CommandHandler = async ({ t, filesMemory, reports }) => {
  const { lastRun } = filesMemory;
  if (lastRun === undefined) stopWithNotice(t('No files were pushed or pulled in this window yet.'));
  await reports.show(t('Last result'), filesResultDocument(t, lastRun));
};

function selecting(files: readonly FileNode[]): (path: string) => boolean {
  const paths = new Set(files.map(({ path }) => path));
  return (path) => paths.has(path);
}
