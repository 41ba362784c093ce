import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceGroup } from '../../../../src/core/content/config/contentConfig';
import { createGroupScanner } from '../../../../src/core/content/scan/groupScanner';
import { quietContext } from '../../../../src/core/ports';
import { openStateDirectory } from '../../../../src/core/state/stateDirectory';
import { page } from '../../../support/contentProject';

let root: string;
const long = new Date('2026-01-01T00:00:00Z');

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sync-cache-'));
  await mkdir(join(root, 'docs'));
  await mkdir(join(root, '.systemprompt', 'sync'), { recursive: true });
});

afterEach(() => rm(root, { recursive: true, force: true }));

function group(changes: Partial<SourceGroup['members'][number]> = {}): SourceGroup {
  const member = {
    name: 'docs',
    sourceId: 'docs',
    directory: join(root, 'docs'),
    path: 'docs',
    categoryId: 'docs',
    enabled: true,
    allowedKinds: undefined,
    defaultAuthor: undefined,
    ...changes,
  };
  return { sourceId: 'docs', name: 'docs', members: [member], unusable: [] };
}

/** Files are dated back, because what was written a moment ago is never believed. */
async function write(name: string, text: string, when = long): Promise<void> {
  const path = join(root, 'docs', name);
  await writeFile(path, text);
  await utimes(path, when, when);
}

const scanner = () => createGroupScanner(openStateDirectory(root));
const cacheFiles = () => readdir(join(root, '.systemprompt', 'sync', 'cache')).catch(() => []);

describe('the scan cache', () => {
  it.each(['in memory', 'on disk'])(
    'does not read a file again whose stamp is the same (%s)',
    async (where) => {
      await write('a.md', page({ slug: 'a', title: 'Old!!' }));
      const first = scanner();
      const [before] = (await first(group(), quietContext())).items;
      // Same size, time and inode, and other bytes: nobody does that but a test that wants to know who read what.
      await write('a.md', page({ slug: 'a', title: 'New!!' }));
      const second = where === 'in memory' ? first : scanner();
      expect((await second(group(), quietContext())).items).toEqual([before]);
    },
  );

  it('reads a file again when its time, its size or its inode has changed', async () => {
    await write('a.md', page({ slug: 'a' }));
    const scan = scanner();
    const titles = async () => (await scan(group(), quietContext())).items.map(({ title }) => title);
    expect(await titles()).toEqual(['A page']);
    await write('a.md', page({ slug: 'a', title: 'B page' }), new Date('2026-01-02T00:00:00Z'));
    expect(await titles()).toEqual(['B page']);
    await write('a.md', page({ slug: 'a', title: 'A longer page' }), new Date('2026-01-02T00:00:00Z'));
    expect(await titles()).toEqual(['A longer page']);
    await write('new.txt', page({ slug: 'a', title: 'C longer page' }), new Date('2026-01-02T00:00:00Z'));
    await rename(join(root, 'docs', 'new.txt'), join(root, 'docs', 'a.md'));
    expect(await titles()).toEqual(['C longer page']);
  });

  it('does not believe a file that changed just before the scan', async () => {
    const now = new Date();
    await write('a.md', page({ slug: 'a', title: 'Old!!' }), now);
    const scan = scanner();
    await scan(group(), quietContext());
    await write('a.md', page({ slug: 'a', title: 'New!!' }), now);
    expect((await scan(group(), quietContext())).items[0]?.title).toBe('New!!');
  });

  it('forgets everything when the settings of the source change', async () => {
    await write('a.md', page({ slug: 'a' }));
    const scan = scanner();
    const [before] = (await scan(group(), quietContext())).items;
    const [after] = (await scan(group({ categoryId: 'other' }), quietContext())).items;
    expect(after?.digest).not.toBe(before?.digest);
    expect((await scan(group({ allowedKinds: ['other'] }), quietContext())).items).toEqual([]);
  });

  it('notices removed files, and links that come and go', async () => {
    await write('a.md', page({ slug: 'a' }));
    await write('b.md', page({ slug: 'b' }));
    const scan = scanner();
    await scan(group(), quietContext());
    await symlink('a.md', join(root, 'docs', 'link.md'));
    expect((await scan(group(), quietContext())).warnings).toHaveLength(1);
    await rm(join(root, 'docs', 'link.md'));
    expect((await scan(group(), quietContext())).warnings).toHaveLength(0);
    await rm(join(root, 'docs', 'a.md'));
    expect((await scan(group(), quietContext())).items.map(({ slug }) => slug)).toEqual(['b']);
    expect((await scanner()(group(), quietContext())).items.map(({ slug }) => slug)).toEqual(['b']);
  });

  it('keeps invalid files out, so that they are looked at each time', async () => {
    await write('a.md', 'no frontmatter');
    const scan = scanner();
    for (let round = 0; round < 2; round += 1)
      expect((await scan(group(), quietContext())).invalid).toHaveLength(1);
  });

  it('is private, and a damaged one is only slower', async () => {
    await write('a.md', page({ slug: 'a' }));
    const expected = await scanner()(group(), quietContext());
    const [file = ''] = await cacheFiles();
    const path = join(root, '.systemprompt', 'sync', 'cache', file);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    for (const damage of ['', '{}', (await readFile(path, 'utf8')).replace('"docs/a.md"', '7')]) {
      await writeFile(path, damage);
      expect(await scanner()(group(), quietContext())).toEqual(expected);
    }
  });

  it('leaves nothing behind in a project without state', async () => {
    await rm(join(root, '.systemprompt'), { recursive: true });
    await write('a.md', page({ slug: 'a' }));
    await scanner()(group(), quietContext());
    expect(await readdir(root)).toEqual(['docs']);
  });
});
