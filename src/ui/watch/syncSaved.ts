import * as vscode from 'vscode';
import type { Project } from '../../core/project/project';
import { completeInterrupted } from '../commands/completeFirst';
import { itemLabel } from '../content/treeText';
import { compareContent } from '../content/compareContent';
import { readSettings } from '../host/settings';
import type { Services } from '../services';
import type { SaveState } from './saveStatus';
import { savedItems } from './savedItems';

/**
 * Brings saved files into the database: compares, plans for these items alone, applies. What is overwritten, and which rows
 * are new, is in a backup.
 *
 * @param paths relative to the project's root, with `/`
 * @throws SyncError as ContentLocalSync says; `guard` where the target counts as production
 */
export async function syncSaved(
  services: Services,
  project: Project,
  paths: ReadonlySet<string>,
): Promise<SaveState> {
  const { t, quietContext, log, queue } = services;
  return queue(async () => {
    await completeInterrupted(services, project);
    const diff = await compareContent(services, project);
    const { keys, undecided, invalid } = savedItems(diff, paths);
    const left = [...invalid, ...undecided.map((item) => itemLabel(t, item))];
    if (keys.size === 0) return left.length === 0 ? { kind: 'quiet' } : { kind: 'left', names: left };
    const { ContentLocalSync } = await import('../../core/content/contentLocalSync');
    const { keepBackups } = readSettings(vscode.Uri.file(project.root));
    const sync = new ContentLocalSync(project, quietContext(), { keepBackups, backUpCreated: true });
    const result = await sync.apply(sync.plan(diff, { direction: 'to-db', items: keys }));
    const { items_synced: items, backup, errors } = result;
    log.logger.info(`Synced on save: ${items}${backup === undefined ? '' : `, backup ${backup}`}`);
    for (const error of errors) log.logger.warn(`Not synced on save: ${error}`);
    return items > 0 ? { kind: 'synced', items, backup } : { kind: 'left', names: [...left, ...errors] };
  });
}
