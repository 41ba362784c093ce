import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ContentLocalSync } from '../../src/core/content/contentLocalSync';
import { createGroupScanner } from '../../src/core/content/scan/groupScanner';
import { quietContext } from '../../src/core/ports';
import { openStateDirectory } from '../../src/core/state/stateDirectory';
import { page, type ContentProject } from './contentProject';

const paths = [
  'docs/a.md',
  'docs/b.md',
  'docs/deep/c.md',
  'docs/readme.md',
  'blog/a.md',
  'blog/b.md',
] as const;
const slugs = ['docs-a', 'docs-b', 'blog-a', 'new'] as const;

/** What stands at a path; undefined: nothing. Most files are good and have a slug of their own. */
const anyText = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      slug: fc.oneof({ weight: 9, arbitrary: fc.constant('own') }, fc.constantFrom(...slugs)),
      title: fc.constantFrom('One', 'Two', 'Three'),
      kind: fc.oneof({ weight: 9, arbitrary: fc.constant('guide') }, fc.constantFrom('reference', 'blog')),
      extra: fc.oneof(
        { weight: 9, arbitrary: fc.constant('') },
        fc.constantFrom('locale: de\n', 'kind: twice\n'),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom(undefined, 'no frontmatter', '---\nslug: a\ntitle: [\n---\n') },
);
/** Most edits are those that people make most: another title, and nothing else. */
const anyEdit = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('One', 'Two', 'Three').map((title) => ({ title })) },
  anyText.map((text) => ({ text })),
);
/** $1 is the slug, $2 the source. */
const rowChanges = {
  title: `UPDATE markdown_content SET title = 'Two' WHERE slug = $1 AND source_id = $2`,
  links: `UPDATE markdown_content SET links = '{"not": "a list"}' WHERE slug = $1 AND source_id = $2`,
  delete: 'DELETE FROM markdown_content WHERE slug = $1 AND source_id = $2',
  insert: `INSERT INTO markdown_content (id, slug, locale, source_id, title, description, body, author, published_at, keywords,
                                         kind, category_id, version_hash)
           VALUES ('new ' || $1, $1, 'en', $2, 'One', '', 'Text.', 'Ann', '2026-01-15Z', '', 'guide', $2, '')
           ON CONFLICT DO NOTHING`,
};
interface RowChange {
  readonly slug: string;
  readonly change: keyof typeof rowChanges;
  readonly sourceId: string;
}
const anyRowChange: fc.Arbitrary<RowChange> = fc.record({
  slug: fc.constantFrom(...slugs),
  change: fc.constantFrom('title', 'links', 'delete', 'insert'),
  sourceId: fc.constantFrom('docs', 'blog'),
});
const anyCase = fc.record({
  before: fc.array(anyText, { minLength: paths.length, maxLength: paths.length }),
  /** Where both sides agree before anything else happens. */
  base: fc.constantFrom('none', 'pushed', 'pushed'),
  rows: fc.array(anyRowChange, { maxLength: 3 }),
  between: fc.array(fc.tuple(fc.constantFrom(...paths), anyEdit), { maxLength: 3 }),
  edits: fc.array(fc.tuple(fc.constantFrom(...paths), anyEdit), { minLength: 1, maxLength: 2 }),
  /** Rows of edited items change as well now and then. */
  editedRows: fc.array(fc.constantFrom('title', 'links', 'delete'), { maxLength: 1 }),
  /** Moves the base, as another process may at any time. */
  pushedMeanwhile: fc.constantFrom(false, false, false, true),
});
type Case = typeof anyCase extends fc.Arbitrary<infer T> ? T : never;

/** How often what was saved was enough to look at, and how often everything was compared from the start. */
export interface UpdateCounts {
  updated: number;
  compared: number;
}

/** For any files, rows and base: what changed files make of a comparison is what a new comparison gives. */
export async function checkUpdates(project: ContentProject, numRuns: number): Promise<UpdateCounts> {
  const counts: UpdateCounts = { updated: 0, compared: 0 };
  await fc.assert(
    fc.asyncProperty(anyCase, async (each) => {
      await project.db.query('DELETE FROM markdown_content');
      await openStateDirectory(project.root).remove('base');
      await checkCase(project, each, counts);
    }),
    { numRuns, seed: 20_260_101 },
  );
  return counts;
}

async function checkCase(project: ContentProject, each: Case, counts: UpdateCounts): Promise<void> {
  const texts = new Map<string, string | undefined>();
  const put = async (path: string, text: string | undefined) => {
    if (text !== undefined) await project.write(path, text);
    else if (texts.get(path) !== undefined) await project.remove(path);
    texts.set(path, text);
  };
  const edit = ([path, change]: Case['edits'][number]) =>
    put(
      path,
      'text' in change
        ? textOf(path, change.text)
        : texts.get(path)?.replace(/title: .*/, `title: ${change.title}`),
    );

  for (const path of paths) await project.remove(path).catch(() => undefined);
  for (const [index, path] of paths.entries()) await put(path, textOf(path, each.before[index]));
  if (each.base === 'pushed') await project.apply({ direction: 'to-db' });
  for (const change of each.rows) await changeRow(project, change);
  for (const change of each.between) await edit(change);

  let scans = 0;
  const scanner = createGroupScanner(openStateDirectory(project.root));
  const sync = new ContentLocalSync(project.project, quietContext(), {
    scan: (...args) => {
      scans += 1;
      return scanner(...args);
    },
  });
  const previous = await sync.diff();
  scans = 0;
  for (const change of each.edits) await edit(change);
  for (const change of each.editedRows) {
    const [path] = each.edits[0] ?? [''];
    const slug = /slug: "(.*)"/.exec(texts.get(path) ?? '')?.[1];
    if (slug !== undefined) await changeRow(project, { slug, change, sourceId: path.split('/')[0] ?? '' });
  }
  if (each.pushedMeanwhile) await project.apply({ direction: 'to-db' });

  const updated = await sync.update(
    previous,
    each.edits.map(([path]) => `services/content/${path}`),
  );
  if (scans === 0) counts.updated += 1;
  else counts.compared += 1;
  assert.deepStrictEqual(updated, await project.sync().diff());
}

/** The slug `own` says where the file is. */
function textOf(path: string, text: Case['before'][number]): string | undefined {
  if (typeof text !== 'object') return text;
  const own = path.replace('.md', '').replaceAll('/', '-');
  return page({ ...text, slug: text.slug === 'own' ? own : text.slug });
}

async function changeRow({ db }: ContentProject, { slug, change, sourceId }: RowChange): Promise<void> {
  await db.query(rowChanges[change], [slug, sourceId]);
}
