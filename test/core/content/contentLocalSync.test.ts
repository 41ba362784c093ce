import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ContentPlanOptions } from '../../../src/core/content/contentPlan';
import { countContent } from '../../../src/core/content/contentReport';
import { createContentProject, page, type ContentProject } from '../../support/contentProject';

let current: ContentProject | undefined;

async function project(...args: Parameters<typeof createContentProject>): Promise<ContentProject> {
  current = await createContentProject(...args);
  return current;
}

afterEach(async () => {
  await current?.dispose();
  current = undefined;
});

const toDatabase: ContentPlanOptions = { direction: 'to-db' };
const toDisk: ContentPlanOptions = { direction: 'to-disk' };

describe('content between disk and database', () => {
  it('is in sync after a first push, the empty slug included', async () => {
    const p = await project({
      'docs/index.md': page({ slug: '' }),
      'docs/a/b.md': page({ slug: 'a/b' }),
      'docs/c.md': page({
        slug: '/c/',
        extra: 'links:\n  - { title: T, url: "https://example.com" }\nimage: ""\n',
      }),
      'blog/post/index.md': page({ slug: 'post', kind: 'blog', extra: 'locale: de\n' }),
    });
    const first = await p.sync().diff();
    expect(first.inSync).toBe(false);
    expect(
      first.sources.flatMap(({ differences }) => differences.map(({ kind, slug }) => [kind, slug])),
    ).toEqual([
      ['added', 'post'],
      ['added', ''],
      ['added', '/c/'],
      ['added', 'a/b'],
    ]);
    const result = await p.apply(toDatabase);
    expect(result).toMatchObject({ success: true, items_synced: 4, details: { created: 4, invalid: 0 } });
    expect(result.backup).toBeUndefined();
    expect((await p.sync().diff()).inSync).toBe(true);
    expect(await p.db.query('SELECT count(*)::int AS n FROM markdown_content')).toEqual([{ n: 4 }]);
  });

  it.each([
    'description: d',
    'keywords: k',
    'image: /i.png',
    'category: other',
    'public: false',
    'links: [{ title: t, url: u }]',
  ])('sees a change of only %s, and its name', async (line) => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    await p.apply(toDatabase);
    await p.write('docs/a.md', page({ slug: 'a', extra: `${line}\n` }));
    const [item] = (await p.sync().diff()).sources.flatMap(({ differences }) => differences);
    const name = line.split(':')[0];
    expect(item).toMatchObject({
      kind: 'modified',
      origin: 'disk',
      fields: [name === 'category' ? 'category_id' : name],
    });
    expect((await p.apply(toDatabase)).details).toMatchObject({ updated: 1 });
    expect((await p.sync().diff()).inSync).toBe(true);
  });

  it('keeps the id of a row that it updates, and writes the hash by the formula of the reference', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a', title: 'Hello World', body: 'Body text' }) });
    await p.apply(toDatabase);
    const [before] = await p.db.query<{ id: string }>('SELECT id FROM markdown_content');
    const text = page({ slug: 'a', title: 'Hello World', body: 'Body text', extra: 'description: Desc\n' });
    await p.write('docs/a.md', text.replace('2026-01-15', '2024-01-15'));
    await p.apply(toDatabase);
    expect(await p.db.query('SELECT id, version_hash FROM markdown_content')).toEqual([
      // data.md 8, the vector of the ingestion hash.
      { id: before?.id, version_hash: '8378323dedc3abfd778331e8a5d23ba692f14caeaab805baf944f712578f9683' },
    ]);
  });

  it('changes one line of one file for one changed column, and keeps everything else of it', async () => {
    const text = `---\r\n# a comment\r\ntitle: 'A page'   # the title\r\nslug: a\r\nkind: guide\r\nauthor: Ann\r\npublished_at: 2026-01-15\r\ncustom: [1, 2]\r\nkeywords: old\r\n---\r\n\r\n  Text with\r\n---\r\na rule.\r\n\r\n`;
    const p = await project({ 'docs/a.md': text, 'docs/b.md': page({ slug: 'b' }) });
    await p.apply(toDatabase);
    await p.db.query(`UPDATE markdown_content SET keywords = 'new' WHERE slug = 'a'`);
    const result = await p.apply(toDisk);
    expect(result.details).toMatchObject({ updated: 1, unchanged: 1 });
    expect(await p.read('docs/a.md')).toBe(text.replace('keywords: old', 'keywords: new'));
    expect((await p.sync().diff()).inSync).toBe(true);
  });

  it('writes rows without a file where the other files are, and reads them back equal', async () => {
    const p = await project({ 'docs/x/index.md': page({ slug: 'x' }) });
    await p.apply(toDatabase);
    await p.db.query(
      `INSERT INTO markdown_content (id, slug, locale, source_id, title, description, body, author, published_at, keywords, kind, image, category_id, version_hash, links)
       SELECT 'r' || n, 'n/' || n, CASE WHEN n = 2 THEN 'de' ELSE 'en' END, 'docs', 'T: "' || n, E'a\\nb', E'Body ---\\n---\\n', 'Ann', '2026-02-03Z', 'k', 'guide', '', 'docs', '', '[{"title":"t","url":"u"}]'
         FROM generate_series(1, 3) n`,
    );
    const result = await p.apply(toDisk);
    expect(result.details).toMatchObject({ created: 3 });
    expect(await p.read('docs/n/1/index.md')).toContain('Body ---');
    expect((await p.sync().diff()).inSync).toBe(true);
  });

  it('tells with a base who changed, and leaves what both changed', async () => {
    const names = ['disk', 'row', 'both', 'same', 'goneDisk', 'goneRow', 'goneBoth', 'goneChanged'];
    const slug = (name: string) => name.toLowerCase();
    const p = await project(
      Object.fromEntries(names.map((name) => [`docs/${name}.md`, page({ slug: slug(name) })])),
    );
    await p.apply(toDatabase);
    for (const name of ['disk', 'both', 'same', 'goneChanged']) {
      await p.write(`docs/${name}.md`, page({ slug: slug(name), title: 'New' }));
    }
    await p.db.query(`UPDATE markdown_content SET title = 'Newer' WHERE slug IN ('row', 'both')`);
    await p.db.query(`UPDATE markdown_content SET title = 'New' WHERE slug = 'same'`);
    await p.db.query(`DELETE FROM markdown_content WHERE slug IN ('gonerow', 'goneboth', 'gonechanged')`);
    for (const name of ['goneDisk', 'goneBoth']) await p.remove(`docs/${name}.md`);

    const diff = await p.sync().diff();
    const seen = diff.sources.flatMap(({ differences }) =>
      differences.map(({ slug: s, kind, origin }) => [s, kind, origin]),
    );
    expect(seen).toEqual([
      ['both', 'conflict', 'both'],
      ['disk', 'modified', 'disk'],
      ['gonechanged', 'conflict', 'both'],
      ['gonedisk', 'removed', 'disk'],
      ['gonerow', 'added', 'database'],
      ['row', 'modified', 'database'],
    ]);
    const push = await p.apply({ ...toDatabase, deleteOrphans: true });
    expect(push.details).toMatchObject({ updated: 1, deleted: 1, conflicts: 2, skipped_modified: 2 });
    const pull = await p.apply({ ...toDisk, deleteOrphans: true });
    expect(pull.details).toMatchObject({ updated: 1, deleted: 1, conflicts: 2 });
    expect(countContent(await p.sync().diff())).toMatchObject({
      added: 0,
      removed: 0,
      modified: 0,
      conflicts: 2,
    });
    await p.apply({ ...toDatabase, conflict: 'disk' });
    expect((await p.sync().diff()).inSync).toBe(true);
  });

  it('does not infer anything when the base is lost', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }), 'docs/b.md': page({ slug: 'b' }) });
    await p.apply(toDatabase);
    await p.remove('docs/a.md');
    const { rm } = await import('node:fs/promises');
    await rm(`${p.root}/.systemprompt/sync`, { recursive: true });
    const result = await p.apply({ ...toDatabase, deleteOrphans: true });
    expect(result.details).toMatchObject({ deleted: 0, skipped: 1, unchanged: 1 });
    const named = await p.apply({ ...toDatabase, deleteOrphans: true, slugs: ['a'] });
    expect(named.details).toMatchObject({ deleted: 1 });
  });

  it('never takes a slug that another source holds', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    await p.db.query(
      `INSERT INTO markdown_content (id, slug, source_id, title, description, body, author, published_at, keywords, version_hash)
       VALUES ('x', 'a', 'elsewhere', 't', '', '', 'Ann', now(), '', '')`,
    );
    const result = await p.apply({ ...toDatabase, override: true, conflict: 'disk' });
    expect(result.details).toMatchObject({ created: 0, updated: 0, conflicts: 1 });
    expect(await p.db.query('SELECT source_id FROM markdown_content')).toEqual([{ source_id: 'elsewhere' }]);
  });

  it('takes two sources with one new slug for a conflict of both', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }), 'blog/a.md': page({ slug: 'a' }) });
    expect(countContent(await p.sync().diff())).toMatchObject({ added: 0, conflicts: 2 });
    expect((await p.apply(toDatabase)).details).toMatchObject({ created: 0, conflicts: 2 });
  });

  it('shields the row of a file that is broken, in both directions', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }), 'docs/b.md': page({ slug: 'b' }) });
    await p.apply(toDatabase);
    const broken = '---\ntitle: [unclosed\nslug: a\n---\nmy edits\n';
    await p.write('docs/a.md', broken);
    await p.db.query(`UPDATE markdown_content SET title = 'Changed'`);
    const push = await p.apply({ ...toDatabase, override: true, deleteOrphans: true, slugs: ['a'] });
    expect(push.details).toMatchObject({ deleted: 0, updated: 0, invalid: 1 });
    const pull = await p.apply({ ...toDisk, override: true, deleteOrphans: true });
    expect(pull.details).toMatchObject({ updated: 1, invalid: 1 });
    expect(await p.read('docs/a.md')).toBe(broken);
    expect(await p.db.query('SELECT count(*)::int AS n FROM markdown_content')).toEqual([{ n: 2 }]);
  });

  it('judges nothing missing in a source whose directory is gone', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    await p.apply(toDatabase);
    await p.remove('docs');
    const diff = await p.sync().diff();
    expect(diff.inSync).toBe(false);
    expect(diff.sources.find(({ name }) => name === 'docs')).toMatchObject({
      differences: [],
      unreadable: expect.any(String) as string,
    });
    const result = await p.apply({ ...toDatabase, deleteOrphans: true, slugs: ['a'] });
    expect(result.details).toMatchObject({ deleted: 0 });
    expect(await p.db.query('SELECT count(*)::int AS n FROM markdown_content')).toEqual([{ n: 1 }]);
  });

  it.each([
    ['a time of day', `published_at = '2026-01-15T10:00:00Z'`],
    ['a slug that climbs', `slug = '../../evil'`],
    ['links of another shape', `links = '{"a": 1}'`],
    ['a blank author', `author = ' '`],
    ['no category', 'category_id = NULL'],
  ])('does not write a row with %s to disk, and says why', async (_name, change) => {
    const p = await project();
    await p.db.query(
      `INSERT INTO markdown_content (id, slug, source_id, title, description, body, author, published_at, keywords, kind, category_id, version_hash)
       VALUES ('x', 'a', 'docs', 't', '', '', 'Ann', '2026-01-15Z', '', 'guide', 'docs', '')`,
    );
    await p.db.query(`UPDATE markdown_content SET ${change}`);
    const result = await p.apply({ ...toDisk, override: true });
    expect(result.details).toMatchObject({ created: 0, invalid: 1 });
    expect(result.details?.left[0]?.reason).toMatch(/No file can hold/);
  });

  it('refuses an item that moved after it was planned, and does the others', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }), 'docs/b.md': page({ slug: 'b' }) });
    await p.apply(toDatabase);
    for (const slug of ['a', 'b']) await p.write(`docs/${slug}.md`, page({ slug, title: 'New' }));
    const sync = p.sync();
    const plan = sync.plan(await sync.diff(), toDatabase);
    await p.db.query(`UPDATE markdown_content SET title = 'Meanwhile' WHERE slug = 'a'`);
    await expect(sync.apply(plan)).resolves.toMatchObject({
      success: false,
      details: { updated: 1, conflicts: 1 },
    });
    await p.write('docs/b.md', page({ slug: 'b', title: 'Again' }));
    const second = sync.plan(await sync.diff(), { ...toDatabase, override: true });
    await p.write('docs/b.md', page({ slug: 'b', title: 'And again' }));
    await expect(sync.apply(second)).resolves.toMatchObject({ details: { updated: 1, conflicts: 1 } });
    expect(await p.db.query(`SELECT title FROM markdown_content ORDER BY slug`)).toEqual([
      { title: 'New' },
      { title: 'New' },
    ]);
  });

  it('follows no link that has taken the place of a file since it was planned', async () => {
    const p = await project({ 'docs/a.md': page({ slug: 'a' }) });
    const sync = p.sync();
    const plan = sync.plan(await sync.diff(), toDatabase);
    await rename(join(p.root, 'services/content/docs/a.md'), join(p.root, 'elsewhere.md'));
    await symlink(join(p.root, 'elsewhere.md'), join(p.root, 'services/content/docs/a.md'));
    await expect(sync.apply(plan)).resolves.toMatchObject({ details: { created: 0, conflicts: 1 } });
    expect(await p.db.query('SELECT 1 FROM markdown_content')).toEqual([]);
  });

  it('deletes only so many items without being told to', async () => {
    const slugs = Array.from({ length: 12 }, (_, index) => `s${index}`);
    const p = await project(Object.fromEntries(slugs.map((slug) => [`docs/${slug}.md`, page({ slug })])));
    await p.apply(toDatabase);
    for (const slug of slugs.slice(1)) await p.remove(`docs/${slug}.md`);
    const options = { ...toDatabase, deleteOrphans: true };
    await expect(p.apply(options)).rejects.toMatchObject({
      code: 'guard',
      details: { guard: 'massDeletion' },
    });
    expect(await p.db.query('SELECT count(*)::int AS n FROM markdown_content')).toEqual([{ n: 12 }]);
    await p.remove('docs/s0.md');
    await expect(p.apply(options, { allowMassDelete: 11 })).rejects.toMatchObject({
      details: { guard: 'emptySource' },
    });
    await expect(p.apply(options, { allowMassDelete: 12 })).resolves.toMatchObject({
      details: { deleted: 12 },
    });
  });
});
