import { afterEach, describe, expect, it } from 'vitest';
import { BackupService } from '../../../src/core/backups/backupService';
import { ContentLocalSync } from '../../../src/core/content/contentLocalSync';
import { quietContext } from '../../../src/core/ports';
import { createContentProject, page, type ContentProject } from '../../support/contentProject';

let current: ContentProject | undefined;

afterEach(async () => {
  await current?.dispose();
  current = undefined;
});

/** One row is there; another push changes it and makes a new one, and notes both. */
async function pushedTwice(): Promise<{ p: ContentProject; backups: BackupService; id: string }> {
  const p = await createContentProject({ 'docs/old.md': page({ slug: 'old' }) });
  current = p;
  await p.apply({ direction: 'to-db' });
  await p.write('docs/old.md', page({ slug: 'old', title: 'Changed' }));
  await p.write('docs/new.md', page({ slug: 'new' }));
  const sync = new ContentLocalSync(p.project, quietContext(), { backUpCreated: true });
  const result = await sync.apply(sync.plan(await sync.diff(), { direction: 'to-db' }));
  expect(result).toMatchObject({ items_synced: 2, details: { created: 1, updated: 1 } });
  return { p, backups: new BackupService(p.project, quietContext()), id: result.backup ?? '' };
}

const titles = async ({ db }: ContentProject) =>
  Object.fromEntries(
    (await db.query<{ slug: string; title: string }>('SELECT slug, title FROM markdown_content')).map(
      ({ slug, title }) => [slug, title],
    ),
  );

describe('a backup that notes created rows', () => {
  it('takes them back, with the old values of the others, and can itself be undone', async () => {
    const { p, backups, id } = await pushedTwice();
    await p.db.query(
      `INSERT INTO content_performance_metrics (id, content_id) SELECT slug, id FROM markdown_content WHERE slug = 'new'`,
    );
    const plan = await backups.planRestore(id);
    expect(plan.steps.map(({ action, item }) => [action, item]).sort()).toEqual([
      ['delete', 'markdown_content new'],
      ['update', 'markdown_content old'],
    ]);
    const restored = await backups.applyRestore(plan);
    expect(restored).toMatchObject({ success: true, items_synced: 2 });
    expect(await titles(p)).toEqual({ old: 'A page' });

    const back = await backups.planRestore(restored.backup ?? '');
    await backups.applyRestore(back);
    expect(await titles(p)).toEqual({ old: 'Changed', new: 'A page' });
    expect(await p.db.query('SELECT id FROM content_performance_metrics')).toEqual([{ id: 'new' }]);
  });

  it('leaves a created row that somebody has changed since, unless told otherwise', async () => {
    const { p, backups, id } = await pushedTwice();
    await p.db.query(`UPDATE markdown_content SET title = 'Theirs' WHERE slug = 'new'`);
    const plan = await backups.planRestore(id);
    expect(plan.steps.map(({ item }) => item)).toEqual(['markdown_content old']);
    expect(plan.left).toMatchObject([{ item: 'markdown_content new', kind: 'skipped_modified' }]);
    await backups.applyRestore(await backups.planRestore(id, { override: true }));
    expect(await titles(p)).toEqual({ old: 'A page' });
  });

  it('has nothing to do about a created row that is gone', async () => {
    const { p, backups, id } = await pushedTwice();
    await p.db.query(`DELETE FROM markdown_content WHERE slug = 'new'`);
    const { steps, left } = await backups.planRestore(id);
    expect(steps).toHaveLength(1);
    expect(left.map(({ kind, reason }) => [kind, reason])).toEqual([['skipped', 'is gone already']]);
  });
});
