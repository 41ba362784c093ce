import { commands as vscodeCommands } from 'vscode';
import type { ContentDirection } from '../../core/content/contentPlan';
import type { InvalidNode } from './buildTree';
import { views } from '../contributions';
import { openDiff } from './openDiff';
import { openPlace, type CommandHandler } from '../runCommand';
import type { Services } from '../services';
import { commandItems } from './commandItems';
import { deleteNamed, keepSide, moveNamed } from './moveItems';
import { requireReady } from '../commands/readyState';
import { stopWithNotice } from '../commands/stopWithNotice';

/** Row, selection or file: moves it; the giving side wins after the question. */
export function moveItem(direction: ContentDirection): CommandHandler {
  return async (services, ...args) => {
    const { differences, invalid } = await commandItems(services, args);
    const [problem] = invalid;
    if (differences.length === 0 && problem !== undefined) return openInvalid(services, problem);
    const conflicts = differences.filter(({ kind }) => kind === 'conflict');
    if (conflicts.length > 0 && conflicts.length === differences.length) {
      stopWithNotice(
        services.t('This item changed on both sides. Look at it, then choose Keep Disk or Keep Database.'),
      );
    }
    await moveNamed(services, direction, differences);
  };
}

export function keepItem(side: 'disk' | 'database'): CommandHandler {
  return async (services, ...args) =>
    keepSide(services, side, (await commandItems(services, args)).differences);
}

export function deleteItem(direction: ContentDirection): CommandHandler {
  return async (services, ...args) =>
    deleteNamed(services, direction, (await commandItems(services, args)).differences);
}

/** The two sides of the first item it is invoked on; an invalid file opens at its problem. */
export const openItemDiff: CommandHandler = async (services, ...args) => {
  const { differences, invalid } = await commandItems(services, args.slice(0, 1));
  const [item] = differences;
  const [problem] = invalid;
  if (item !== undefined) await openDiff(services, (await requireReady(services)).shownRoot, item);
  else if (problem !== undefined) await openInvalid(services, problem);
};

export const openItemFile: CommandHandler = async (services, ...args) => {
  const { differences, invalid } = await commandItems(services, args.slice(0, 1));
  const path = differences[0]?.file?.path;
  if (path !== undefined) await openPlace(services, { path, line: 1, column: 1 });
  else if (invalid[0] !== undefined) await openInvalid(services, invalid[0]);
};

async function openInvalid(services: Services, { problem, key }: InvalidNode): Promise<void> {
  const { path, line, column } = problem;
  if (path !== null) return openPlace(services, { path, line: line ?? 1, column: column ?? 1 });
  if (key === undefined) stopWithNotice(problem.message);
  // A row that no file can hold cannot be shown as a file: the reason is the thing to see.
  await services.reports.show(services.t('Row'), `# ${key.sourceId}/${key.slug}\n\n${problem.message}\n`);
}

export const showLog: CommandHandler = async ({ log }) => log.show();

export const focusChanges: CommandHandler = async () => {
  await vscodeCommands.executeCommand(`${views.changes}.focus`);
};
