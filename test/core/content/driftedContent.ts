import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentLocalSync } from '../../../src/core/content/contentLocalSync';
import type { ContentDirection } from '../../../src/core/content/contentPlan';
import { quietContext } from '../../../src/core/ports';
import { nodeFileSystem } from '../../../src/core/state/fileSystem';
import { completeInterruptedRun } from '../../../src/core/state/interruptedRun';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { createContentProject, page, type ContentProject } from '../../support/contentProject';

const names = ['change', 'create', 'remove', 'same'];

/** The files that one side or the other has. */
export const driftedFiles = names.map((name) => `${name}.md`);

/** A project whose next apply in this direction creates, updates and deletes one item each, and leaves one. */
export async function drifted(direction: ContentDirection): Promise<ContentProject> {
  const kept = names.filter((name) => name !== 'create');
  const p = await createContentProject(
    Object.fromEntries(kept.map((name) => [`docs/${name}.md`, page({ slug: name })])),
  );
  await p.apply({ direction: 'to-db' });
  if (direction === 'to-db') {
    await p.write('docs/create.md', page({ slug: 'create' }));
    await p.write('docs/change.md', page({ slug: 'change', title: 'Changed' }));
    await p.remove('docs/remove.md');
    return p;
  }
  await p.db.query(
    `INSERT INTO markdown_content (id, slug, source_id, title, description, body, author, published_at, keywords, kind, category_id, version_hash)
     VALUES ('new', 'create', 'docs', 'A page', '', 'Text.', 'Ann', '2026-01-15Z', '', 'guide', 'docs', '')`,
  );
  await p.db.query(`UPDATE markdown_content SET title = 'Changed' WHERE slug = 'change'`);
  await p.db.query(`DELETE FROM markdown_content WHERE slug = 'remove'`);
  return p;
}

/** Remembers files, state and rows, and brings them back. */
export async function snapshot(p: ContentProject) {
  const copy = await mkdtemp(join(tmpdir(), 'full-disk-'));
  await cp(p.root, copy, { recursive: true });
  await p.db.query('CREATE TABLE kept_rows AS SELECT * FROM markdown_content');
  return {
    async restore() {
      for (const name of await readdir(p.root)) await rm(join(p.root, name), { recursive: true });
      await cp(copy, p.root, { recursive: true });
      await p.db.query('DELETE FROM markdown_content');
      await p.db.query('INSERT INTO markdown_content SELECT * FROM kept_rows');
    },
    dispose: () => rm(copy, { recursive: true }),
  };
}

export async function sides(p: ContentProject) {
  const rows = await p.db.query('SELECT slug, title FROM markdown_content ORDER BY slug');
  const folder = join(p.root, 'services/content/docs');
  const files: Record<string, string> = {};
  for (const name of (await readdir(folder)).sort()) files[name] = await readFile(join(folder, name), 'utf8');
  return { rows, files };
}

/** What every command does that changes content: completes an interrupted run, compares, plans, applies. */
export async function carryOver(p: ContentProject, direction: ContentDirection, fileSystem = nodeFileSystem) {
  const context = quietContext();
  await completeInterruptedRun(openStateDirectory(p.root, fileSystem), context);
  const sync = new ContentLocalSync(p.project, context, { fileSystem });
  return sync.apply(sync.plan(await sync.diff(), { direction, deleteOrphans: true }));
}
