import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { contentDiffReport } from '../../../src/core/content/contentReport';
import { createContentProject, page, type ContentProject } from '../../support/contentProject';

/** Defects of the reference, by their numbers in data.md 6.1, that take both sides to be seen; the others are proved beside their parts. */

let current: ContentProject | undefined;

async function project(...args: Parameters<typeof createContentProject>): Promise<ContentProject> {
  current = await createContentProject(...args);
  return current;
}

afterEach(async () => {
  await current?.dispose();
  current = undefined;
});

interface Row {
  readonly id?: string;
  readonly locale?: string;
  readonly source?: string;
  readonly kind?: string;
  readonly author?: string;
  readonly title?: string;
  readonly isPublic?: boolean;
}

async function insert({ db }: ContentProject, slug: string, row: Row = {}): Promise<void> {
  const { id = `id-of-${slug}`, locale = 'en', source = 'docs', kind = 'guide', author = 'Ann' } = row;
  const { title = 'A page', isPublic = true } = row;
  await db.query(
    `INSERT INTO markdown_content (id, slug, locale, source_id, title, description, body, author, published_at, keywords,
                                   kind, category_id, public, version_hash)
     VALUES ($1, $2, $3, $4, $5, '', 'Text.', $6, '2026-01-15Z', '', $7, $4, $8, '')`,
    [id, slug, locale, source, title, author, kind, isPublic],
  );
}

const slugs = async ({ db }: ContentProject): Promise<unknown[]> =>
  (await db.query<{ slug: string }>('SELECT slug FROM markdown_content ORDER BY slug, locale')).map(
    ({ slug }) => slug,
  );

describe('deleting', () => {
  it('C-3: takes the row by its id, never by its slug, and counts the rows that went', async () => {
    const p = await project({
      'docs/keep.md': page({ slug: 'keep' }),
      'docs/gone.md': page({ slug: 'gone' }),
    });
    await p.apply({ direction: 'to-db' });
    await p.db.query(`UPDATE markdown_content SET id = 'gone' WHERE slug = 'keep'`);
    await p.remove('docs/gone.md');
    const sync = p.sync();
    const plan = sync.plan(await sync.diff(), { direction: 'to-db', deleteOrphans: true });
    await expect(sync.apply(plan)).resolves.toMatchObject({ items_synced: 1, details: { deleted: 1 } });
    expect(await slugs(p)).toEqual(['keep']);
    // A plan that is carried out again finds nothing: then nothing is counted.
    await expect(sync.apply(plan)).resolves.toMatchObject({ items_synced: 0, details: { deleted: 0 } });
  });

  it('C-5: takes one file and leaves what lies beside it, the whole source directory included', async () => {
    const p = await project({
      'blog/post/index.md': page({ slug: 'post', kind: 'blog' }),
      'blog/index.md': page({ slug: '', kind: 'blog' }),
      'blog/stays/index.md': page({ slug: 'stays', kind: 'blog' }),
      'blog/post/image.png': 'picture',
      'blog/post/draft.txt': 'not finished',
      'blog/logo.svg': 'logo',
    });
    await p.apply({ direction: 'to-db' });
    await p.db.query(`DELETE FROM markdown_content WHERE slug IN ('post', '')`);
    const result = await p.apply({ direction: 'to-disk', deleteOrphans: true });
    expect(result).toMatchObject({ details: { deleted: 2 }, backup: expect.any(String) as string });
    for (const path of ['blog/post/image.png', 'blog/post/draft.txt', 'blog/logo.svg', 'blog/stays/index.md'])
      await expect(p.read(path)).resolves.not.toBe('');
    for (const path of ['blog/post/index.md', 'blog/index.md']) await expect(p.read(path)).rejects.toThrow();
  });

  it('C-5, C-6: leaves what lies outside of the source, whatever a slug or a link says', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    await p.apply({ direction: 'to-db' });
    const outside = join(p.root, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'index.md'), page({ slug: 'linked' }));
    await symlink(outside, join(p.root, 'services/content/docs/linked'));
    await insert(p, 'linked');
    for (const slug of ['../../outside/index', '/abs/x', '..']) await insert(p, slug);
    const result = await p.apply({ direction: 'to-disk', override: true, deleteOrphans: true });
    expect(await p.read('docs/abs/x.md')).toContain('slug: "/abs/x"');
    expect(result.details).toMatchObject({ created: 2, deleted: 0, invalid: 2 });
    expect(await p.read('docs/linked.md')).toContain('slug: "linked"');
  });
});

it('C-12: one slug in two locales is two items, in both directions', async () => {
  const p = await project({
    'docs/a.md': page({ slug: 'a', title: 'English' }),
    'docs/a.de.md': page({ slug: 'a', title: 'Deutsch', extra: 'locale: de\n' }),
  });
  await p.apply({ direction: 'to-db' });
  expect((await p.sync().diff()).inSync).toBe(true);
  await insert(p, 'b', { id: 'b-en' });
  await insert(p, 'b', { id: 'b-de', locale: 'de', title: 'Deutsch' });
  await p.db.query(`UPDATE markdown_content SET title = 'Neu' WHERE slug = 'a' AND locale = 'de'`);
  await p.apply({ direction: 'to-disk', deleteOrphans: true });
  expect(await p.read('docs/a.de.md')).toContain('Neu');
  expect(await p.read('docs/a.md')).toContain('English');
  expect([await p.read('docs/b.md'), await p.read('docs/b.de.md')]).toEqual([
    expect.not.stringContaining('locale'),
    expect.stringContaining('locale: "de"'),
  ]);
  await p.remove('docs/a.de.md');
  await p.apply({ direction: 'to-db', deleteOrphans: true });
  expect(await p.db.query(`SELECT locale FROM markdown_content WHERE slug = 'a'`)).toEqual([
    { locale: 'en' },
  ]);
  expect((await p.sync().diff()).inSync).toBe(true);
});

it('C-13, C-14: kinds that a source does not take are no part of either side', async () => {
  const p = await project({
    'docs/a.md': page({ slug: 'a' }),
    'docs/news.md': page({ slug: 'news', kind: 'news' }),
  });
  await insert(p, 'old-news', { kind: 'news' });
  const diff = await p.sync().diff();
  expect(diff.sources.flatMap(({ differences }) => differences.map(({ slug }) => slug))).toEqual(['a']);
  await p.apply({
    direction: 'to-db',
    override: true,
    deleteOrphans: true,
    slugs: ['a', 'news', 'old-news'],
  });
  expect(await slugs(p)).toEqual(['a', 'old-news']);
  await p.write('config.yaml', (await p.read('config.yaml')).replace('[guide, reference]', '[]'));
  const none = await p.sync().diff();
  expect(none.sources.flatMap(({ differences }) => differences)).toEqual([]);
  expect(none.warnings.map(({ message }) => message).join()).toMatch(/allowed_content_types/);
});

it('C-16: a row that another source takes meanwhile stays there', async () => {
  const p = await project({ 'docs/a.md': page({ slug: 'a' }), 'docs/b.md': page({ slug: 'b' }) });
  const sync = p.sync();
  const plan = sync.plan(await sync.diff(), { direction: 'to-db', override: true });
  await insert(p, 'a', { source: 'elsewhere' });
  await expect(sync.apply(plan)).resolves.toMatchObject({ details: { created: 1, conflicts: 1 } });
  expect(await p.db.query('SELECT slug, source_id FROM markdown_content ORDER BY slug')).toEqual([
    { slug: 'a', source_id: 'elsewhere' },
    { slug: 'b', source_id: 'docs' },
  ]);
});

it('C-18, C-19: created, updated, unchanged, left and invalid are counted apart, and what was left is named', async () => {
  const p = await project({
    'docs/same.md': page({ slug: 'same' }),
    'docs/update.md': page({ slug: 'update' }),
  });
  await p.apply({ direction: 'to-db' });
  await insert(p, 'left', { title: 'The row' });
  await insert(p, 'row-only');
  await p.write('docs/update.md', page({ slug: 'update', title: 'New' }));
  await p.write('docs/create.md', page({ slug: 'create' }));
  await p.write('docs/left.md', page({ slug: 'left', title: 'The file' }));
  await p.write('docs/broken.md', '---\ntitle: [\n---\n');
  await p.write('docs/README.md', '# No frontmatter\n');
  const diff = await p.sync().diff();
  expect(contentDiffReport(diff).warnings).toMatchObject([{ path: 'services/content/docs/README.md' }]);
  const { items_synced, items_skipped, details } = await p.apply({ direction: 'to-db' });
  expect({ items_synced, items_skipped }).toEqual({ items_synced: 2, items_skipped: 3 });
  expect(details).toMatchObject({
    created: 1,
    updated: 1,
    unchanged: 1,
    skipped: 1,
    skipped_modified: 1,
    invalid: 1,
  });
  expect(details?.left.map(({ item, kind }) => [item, kind])).toEqual([
    ['services/content/docs/broken.md', 'invalid'],
    ['docs/left', 'skipped_modified'],
    ['docs/row-only', 'skipped'],
  ]);
  expect(details?.left.find(({ item }) => item === 'docs/left')?.reason).toMatch(/choose a side/);
});

describe('C-21', () => {
  it('only the named sources are compared and changed', async () => {
    const p = await project({
      'docs/a.md': page({ slug: 'a' }),
      'blog/b.md': page({ slug: 'b', kind: 'blog' }),
    });
    const sync = p.sync();
    const diff = await sync.diff(['blog']);
    expect(diff.sources.map(({ name }) => name)).toEqual(['blog']);
    await sync.apply(sync.plan(diff, { direction: 'to-db' }));
    expect(await slugs(p)).toEqual(['b']);
  });

  it('one file that cannot be written is left with its reason, and the others are written', async () => {
    const p = await project({ 'docs/x.md': page({ slug: 'x' }) });
    await p.apply({ direction: 'to-db' });
    for (const slug of ['a', 'b/c', 'd']) await insert(p, slug);
    const sync = p.sync();
    const plan = sync.plan(await sync.diff(), { direction: 'to-disk' });
    expect(plan.steps.map(({ slug }) => slug)).toEqual(['a', 'b/c', 'd']);
    await p.write('docs/b', 'a file where the folder belongs');
    const { success, details, errors } = await sync.apply(plan);
    expect({ success, details }).toMatchObject({ success: false, details: { created: 2, conflicts: 1 } });
    expect(errors).toEqual([expect.stringContaining('docs/b/c.md')]);
    expect([await p.read('docs/a.md'), await p.read('docs/d.md')]).toEqual([
      expect.stringContaining('slug: "a"'),
      expect.stringContaining('slug: "d"'),
    ]);
  });
});

it('C-24: sources that share a source_id are one, and none sees the rows of the other as removed', async () => {
  const shared = `content_sources:
  docs: { path: content/docs, source_id: docs, category_id: docs, enabled: true }
  more: { path: content/more, source_id: docs, category_id: docs, enabled: true }
categories: { docs: { name: Docs } }
`;
  const files = { 'docs/a.md': page({ slug: 'a' }), 'more/b.md': page({ slug: 'b' }) };
  const p = await project(files, shared);
  expect((await p.apply({ direction: 'to-db' })).details).toMatchObject({ created: 2 });
  const diff = await p.sync().diff();
  expect([diff.inSync, diff.sources.map(({ names }) => names)]).toEqual([true, [['docs', 'more']]]);
  expect((await p.apply({ direction: 'to-db', deleteOrphans: true })).details).toMatchObject({ deleted: 0 });
  expect((await p.apply({ direction: 'to-disk', deleteOrphans: true })).details).toMatchObject({
    deleted: 0,
  });
});

it('C-25: a row whose text was edited under its old version_hash differs', async () => {
  const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
  await p.apply({ direction: 'to-db' });
  const [before] = await p.db.query('SELECT version_hash FROM markdown_content');
  await p.db.query(`UPDATE markdown_content SET body = 'Edited by hand.'`);
  expect(await p.db.query('SELECT version_hash FROM markdown_content')).toEqual([before]);
  const [item] = (await p.sync().diff()).sources.flatMap(({ differences }) => differences);
  expect(item).toMatchObject({ kind: 'modified', origin: 'database', fields: ['body'] });
});

it('C-27: the tables of categories and of search are not needed, and not written', async () => {
  const p = await project({ 'docs/a.md': page({ slug: 'a' }), 'docs/b.md': page({ slug: 'b' }) });
  await p.apply({ direction: 'to-db' });
  expect(await p.db.query('SELECT 1 FROM markdown_categories UNION ALL SELECT 1 FROM markdown_fts')).toEqual(
    [],
  );
  await p.db.query('DROP TABLE markdown_categories, markdown_fts CASCADE');
  await p.write('docs/a.md', page({ slug: 'a', title: 'New' }));
  expect((await p.apply({ direction: 'to-db' })).details).toMatchObject({ updated: 1 });
  await p.db.query(`UPDATE markdown_content SET title = 'Newer' WHERE slug = 'a'`);
  expect((await p.apply({ direction: 'to-disk' })).details).toMatchObject({ updated: 1 });
  await p.remove('docs/a.md');
  expect((await p.apply({ direction: 'to-db', deleteOrphans: true })).details).toMatchObject({ deleted: 1 });
});

it('C-29: a file without public is a public one, when it is compared and when it is written', async () => {
  const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
  await insert(p, 'a', { isPublic: false });
  const [item] = (await p.sync().diff()).sources.flatMap(({ differences }) => differences);
  expect(item).toMatchObject({ kind: 'modified', fields: ['public'] });
  await p.apply({ direction: 'to-db', override: true });
  expect(await p.db.query('SELECT public FROM markdown_content')).toEqual([{ public: true }]);
  expect((await p.sync().diff()).inSync).toBe(true);
  await p.db.query('UPDATE markdown_content SET public = false');
  await p.apply({ direction: 'to-disk' });
  expect(await p.read('docs/a.md')).toContain('public: false\n');
  expect((await p.sync().diff()).inSync).toBe(true);
});
