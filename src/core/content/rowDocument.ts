import { withDatabase } from '../database/connection';
import type { ContentKey } from '../models/content';
import type { RunContext } from '../ports';
import { requireDatabase, type Project } from '../project/discoverProject';
import { readContentConfig } from './contentConfig';
import { ContentFiles } from './contentFiles';
import { readRowByKey } from './contentRepository';
import { renderRowAsFile, rewriteMarkdown } from './renderMarkdown';

/**
 * A row as the text of its file, for a side-by-side: where the file exists, only what really differs looks different
 * (comments, unknown keys and key order are the file's).
 *
 * @param path of the item's file, when it has one
 * @returns the empty text when there is no such row
 * @throws SyncError `database`, `missingConfig`; `invalidInput` when no file can hold the row
 */
export async function readRowDocument(
  project: Project,
  context: RunContext,
  key: ContentKey,
  path: string | undefined,
): Promise<string> {
  const row = await withDatabase(requireDatabase(project), { context }, (db) => readRowByKey(db, key));
  if (!row) return '';
  const files = new ContentFiles(await readContentConfig(project.servicesDir, project.root), project.root);
  const source = files.sourceForNew(key.sourceId, row.fields.kind);
  if (!source) return '';
  const place = { sourceId: key.sourceId, ...(path !== undefined && { path }) };
  const [item, bytes] = [
    await files.read(place),
    path === undefined ? undefined : await files.readBytes(path),
  ];
  if (!item || !bytes || path === undefined) return renderRowAsFile({ ...row.fields, ...row }, source);
  const home = files.sourcesOf(key.sourceId, path)[0] ?? source;
  return Buffer.from(rewriteMarkdown(bytes, item.fields, row.fields, { path, source: home })).toString(
    'utf8',
  );
}
