import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ContentDifference } from '../../core/models/contentDiff';
import { itemLabel } from './treeText';
import type { Services } from '../services';

/**
 * Database left, disk right; a side that does not exist is empty.
 * @param root the project's, as the workspace spells it
 */
export async function openDiff({ rows, t }: Services, root: string, item: ContentDifference): Promise<void> {
  const { file, row, sourceId, locale, slug } = item;
  const key = { sourceId, locale, slug };
  const place = file && { path: file.path };
  const left = await rows.prepare(row ? { type: 'row', key, ...place } : { type: 'empty', key });
  const right = file ? vscode.Uri.file(join(root, file.path)) : await rows.prepare({ type: 'empty', key });
  const title = t('{0} (database ↔ disk)', itemLabel(t, item));
  await vscode.commands.executeCommand('vscode.diff', left, right, title, { preview: true });
}
