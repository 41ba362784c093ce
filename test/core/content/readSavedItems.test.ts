import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { readContentConfig } from '../../../src/core/content/config/contentConfig';
import { readSavedItems } from '../../../src/core/content/readSavedItems';
import { quietContext } from '../../../src/core/ports';
import { createContentProject, page, type ContentProject } from '../../support/contentProject';

let project: ContentProject | undefined;

afterEach(async () => {
  await project?.dispose();
  project = undefined;
});

async function saved(path: string, change: (project: ContentProject) => Promise<void>) {
  const p = await createContentProject({ 'docs/in/a.md': page({ slug: 'a' }) });
  project = p;
  const previous = await p.sync().diff();
  await change(p);
  return readSavedItems(previous, [path], {
    config: await readContentConfig(join(p.root, 'services'), p.root),
    projectRoot: p.root,
    context: quietContext(),
  });
}
const rewrite = (slug: string) => (p: ContentProject) =>
  p.write('docs/in/a.md', page({ slug, title: 'New' }));
const path = 'services/content/docs/in/a.md';

it('gives the item of a file that was saved again', async () => {
  expect(await saved(path, rewrite('a'))).toMatchObject([
    { before: { slug: 'a' }, item: { fields: { title: 'New' } } },
  ]);
});

it.each([
  ['another slug', path, rewrite('b')],
  ['a file that is gone', path, (p: ContentProject) => p.remove('docs/in/a.md')],
  [
    'a new file',
    'services/content/docs/b.md',
    (p: ContentProject) => p.write('docs/b.md', page({ slug: 'b' })),
  ],
  ['a directory', 'services/content/docs/in', rewrite('a')],
  ['the config', 'services/content/config.yaml', rewrite('a')],
  ['what lies outside', '../elsewhere.md', rewrite('a')],
])('leaves %s to a whole comparison', async (_what, changed, change) => {
  expect(await saved(changed, change)).toBeUndefined();
});

// Windows lets only privileged users make links.
it.skipIf(process.platform === 'win32')(
  'follows no link that has taken the place of a directory',
  async () => {
    const linked = async (p: ContentProject) => {
      const docs = join(p.root, 'services', 'content', 'docs');
      await rename(join(docs, 'in'), join(p.root, 'moved'));
      await symlink(join(p.root, 'moved'), join(docs, 'in'));
    };
    expect(await saved(path, linked)).toBeUndefined();
  },
);
