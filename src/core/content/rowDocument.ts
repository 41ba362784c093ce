import { withDatabase } from '../database/connection';
import type { RunContext } from '../ports';
import { requireDatabase, type Project } from '../project/discoverProject';
import { readContentConfig } from './config/contentConfig';
import { ContentFiles } from './contentFiles';
import { readRowsByKey } from './contentRepository';
import { decodedItem } from './markdown/parseMarkdown';
import { renderRowAsFile, rewriteMarkdown } from './markdown/renderMarkdown';
import type { ContentKey, RowItem } from '../models/content';
import { SyncError } from '../syncError';

/**
 * A row as the text of its file, for a side-by-side: where the file exists, only what really differs looks different
 * (comments, unknown keys and key order are the file's). A row that no file can hold is shown plainly.
 *
 * @param path of the item's file, when it has one
 * @returns the empty text when there is no such row
 * @throws SyncError `database`, `missingConfig`
 */
export async function readRowDocument(
  project: Project,
  context: RunContext,
  key: ContentKey,
  path: string | undefined,
): Promise<string> {
  const [row] = await withDatabase(requireDatabase(project), { context }, (db) => readRowsByKey(db, [key]));
  if (!row) return '';
  const files = new ContentFiles(await readContentConfig(project.servicesDir, project.root), project.root);
  try {
    return await asFile(row, files, path);
  } catch (error) {
    if (!SyncError.is(error, 'invalidInput')) throw error;
    return plainText(row);
  }
}

async function asFile(row: RowItem, files: ContentFiles, path: string | undefined): Promise<string> {
  const { sourceId, fields } = row;
  if (path !== undefined) {
    const bytes = files.readBytes(path);
    const item = bytes && files.parse(bytes, { sourceId, path });
    const source = files.sourcesOf(sourceId, path)[0];
    if (item && source) {
      const text = rewriteMarkdown(bytes, decodedItem(item).fields, fields, { path, source });
      return Buffer.from(text).toString('utf8');
    }
  }
  const source = files.sourceForNew(sourceId, fields.kind);
  return source ? renderRowAsFile({ ...fields, ...row }, source) : plainText(row);
}

function plainText({ slug, locale, fields }: RowItem): string {
  const { body, ...rest } = fields;
  const lines = Object.entries({ slug, locale, ...rest }).map(
    ([name, value]) => `${name}: ${JSON.stringify(value)}`,
  );
  return ['---', ...lines, '---', '', body, ''].join('\n');
}
