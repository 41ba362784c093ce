import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ContentLocalSync } from '../../../src/core/content/contentLocalSync';
import type { ContentDirection } from '../../../src/core/content/contentPlan';
import { quietContext } from '../../../src/core/ports';
import { createBackupStore } from '../../../src/core/state/backupStore';
import { nodeFileSystem, type FileSystem } from '../../../src/core/state/fileSystem';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { createContentProject, page, type ContentProject } from '../../support/contentProject';
import { fullDisk } from '../state/fullDiskFileSystem';
import { listState } from '../state/temporaryProject';

const names = ['change', 'create', 'remove', 'same'];

/** A project whose next apply in this direction creates, updates and deletes one item each, and leaves one. */
async function drifted(direction: ContentDirection): Promise<ContentProject> {
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
async function snapshot(p: ContentProject) {
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

async function sides(p: ContentProject) {
  const rows = await p.db.query('SELECT slug, title FROM markdown_content ORDER BY slug');
  const folder = join(p.root, 'services/content/docs');
  const files: Record<string, string> = {};
  for (const name of (await readdir(folder)).sort()) files[name] = await readFile(join(folder, name), 'utf8');
  return { rows, files };
}

async function apply(p: ContentProject, direction: ContentDirection, fileSystem: FileSystem) {
  const sync = new ContentLocalSync(p.project, quietContext(), { fileSystem });
  return sync.apply(sync.plan(await sync.diff(), { direction, deleteOrphans: true }));
}

/**
 * Applies on a disk that is full at the first write, then at one `stride` later, and so on until no write is left: rows are
 * all old or all new, each file is whole, what was replaced is in a backup, and the next run ends in sync.
 */
export async function fillDisk(direction: ContentDirection, lasting: boolean, stride: number): Promise<void> {
  const p = await drifted(direction);
  const start = await snapshot(p);
  const before = await sides(p);
  try {
    await apply(p, direction, nodeFileSystem);
    const after = await sides(p);
    let failures = 0;
    for (let at = 1, ended = false; !ended; at += stride) {
      expect(at).toBeLessThan(500);
      await start.restore();
      const disk = fullDisk(at, lasting);
      const failure: unknown = await apply(p, direction, disk).then(
        () => undefined,
        (error: unknown) => error,
      );
      ended = !disk.wasFull();
      if (failure !== undefined) {
        failures += 1;
        expect(failure).toMatchObject({ code: 'io', message: expect.stringContaining('no space') as string });
      }
      const meanwhile = await sides(p);
      expect([before.rows, after.rows]).toContainEqual(meanwhile.rows);
      for (const name of names.map((each) => `${each}.md`))
        expect([before.files[name], after.files[name]]).toContain(meanwhile.files[name]);
      if (JSON.stringify(meanwhile) !== JSON.stringify(before)) {
        const [backup] = await createBackupStore(openStateDirectory(p.root)).list();
        expect(backup?.operation).toBe(direction === 'to-db' ? 'content_to_db' : 'content_to_disk');
      }
      // Its plan is older than the recovery it begins with, so it may refuse what that has just completed; it ends in sync.
      await apply(p, direction, nodeFileSystem);
      expect(await sides(p)).toEqual(after);
      expect((await p.sync().diff()).inSync).toBe(true);
      expect(await listState(p.root, 'journal')).toEqual([]);
      expect(await listState(p.root, 'staging')).toEqual([]);
    }
    expect(failures).toBeGreaterThan(0);
  } finally {
    await start.dispose();
    await p.dispose();
  }
}
