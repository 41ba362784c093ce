import fs from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quietContext } from '../../../../src/core/ports';
import { parseMarkdown } from '../../../../src/core/content/markdown/parseMarkdown';
import { scanGroup, scanSource } from '../../../../src/core/content/scan/scanSource';
import type { ContentSource } from '../../../../src/core/content/config/contentSource';
import { regularFileReader } from '../../../../src/core/disk/readRegularFile';
import { walkMarkdown } from '../../../../src/core/content/scan/walkMarkdown';
import { sampleFile, sampleSource } from '../contentSamples';

let root: string;
let source: ContentSource;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scan-source-'));
  source = sourceAt('docs');
  await mkdir(source.directory, { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

function sourceAt(path: string, overrides: Partial<ContentSource> = {}): ContentSource {
  return sampleSource({ name: path, path, directory: join(root, path), ...overrides });
}

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

const scan = (...members: ContentSource[]) =>
  scanGroup(
    { name: 'group', members: members.length ? members : [source] },
    { projectRoot: root, context: quietContext() },
  );
const withSlug = (slug: string, kind = 'guide') => sampleFile({ slug: `"${slug}"`, kind });

/** Root reads everything: it runs this as a user who owns nothing. */
async function withoutPrivileges<T>(run: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return await run();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('scanning a source', () => {
  it('finds every markdown file, nested ones too, in a stable order', async () => {
    await write({
      'docs/b.md': withSlug('b'),
      'docs/a/index.md': withSlug('a'),
      'docs/index.md': withSlug(''),
      'docs/a/deep/c.md': withSlug('a/deep/c'),
      'docs/.drafts/d.md': withSlug('d'),
      'docs/UPPER.MD': withSlug('upper'),
      'docs/.md': withSlug('dot'),
      'docs/image.png': 'x',
      'docs/node_modules/x/y.md': withSlug('vendor'),
      'docs/.git/z.md': withSlug('git'),
    });
    await mkdir(join(root, 'docs/directory.md'));
    const { items, invalid, excluded, warnings, unreadable } = await scan();
    expect(items.map(({ path }) => path).sort()).toEqual([
      'docs/.drafts/d.md',
      'docs/a/deep/c.md',
      'docs/a/index.md',
      'docs/b.md',
      'docs/index.md',
    ]);
    const slugs = items.map(({ slug }) => slug);
    expect(slugs).toEqual([...slugs].sort());
    expect({ invalid, excluded, warnings, unreadable }).toEqual({
      invalid: [],
      excluded: [],
      warnings: [],
      unreadable: undefined,
    });
  });

  it('keeps invalid files with their problems and key', async () => {
    await write({
      'docs/a.md': sampleFile({ title: '1', slug: 'a' }),
      'docs/b.md': Buffer.from([0xff]),
      'docs/c.md': withSlug('c'),
    });
    const { items, invalid } = await scan();
    expect(items.map(({ slug }) => slug)).toEqual(['c']);
    expect(invalid).toMatchObject([
      {
        path: 'docs/a.md',
        problems: [{ rule: 'notText' }],
        key: { slug: 'a', locale: 'en', sourceId: 'documentation' },
      },
      { path: 'docs/b.md', problems: [{ rule: 'notUtf8' }] },
    ]);
    expect(invalid[1]).not.toHaveProperty('key');
  });

  it('reads no more than the limit of a 20 MB file, and calls it too large', async () => {
    await write({ 'docs/huge.md': Buffer.alloc(20 * 1024 * 1024, 0x61) });
    expect((await scan()).invalid).toMatchObject([
      { path: 'docs/huge.md', problems: [{ rule: 'tooLarge' }] },
    ]);
  });

  it('lists files of other kinds apart', async () => {
    await write({ 'docs/a.md': withSlug('a', 'news'), 'docs/b.md': withSlug('b') });
    const { items, excluded } = await scan(sourceAt('docs', { allowedKinds: ['guide'] }));
    expect(items.map(({ slug }) => slug)).toEqual(['b']);
    expect(excluded).toMatchObject([
      {
        path: 'docs/a.md',
        kind: 'news',
        key: { slug: 'a', locale: 'en' },
        problem: { rule: 'kindNotAllowed' },
      },
    ]);
  });

  it('only warns about a readme without frontmatter', async () => {
    await write({ 'docs/README.md': '# About\n', 'docs/a/readme.md': sampleFile({ title: '1' }) });
    const { invalid, warnings } = await scan();
    expect(warnings).toMatchObject([
      { severity: 'warning', path: 'docs/README.md', rule: 'frontmatterMissing' },
    ]);
    expect(invalid.map(({ path }) => path)).toEqual(['docs/a/readme.md']);
  });

  it('opens each file once, also where directories of sources overlap (data.md C-26)', async () => {
    await write({
      'docs/a.md': withSlug('a'),
      'docs/inner/b.md': withSlug('b', 'note'),
      'docs/c.md': '# ?\n',
    });
    const notes = sourceAt('docs/inner', { allowedKinds: ['note'] });
    const opened: string[] = [];
    const { openSync } = fs;
    fs.openSync = (path, ...rest) => {
      opened.push(relative(root, String(path)));
      return openSync(path, ...rest);
    };
    syncBuiltinESMExports();
    try {
      await scan(sourceAt('docs', { allowedKinds: ['guide'] }), notes);
    } finally {
      fs.openSync = openSync;
      syncBuiltinESMExports();
    }
    expect(opened.sort()).toEqual(['docs/a.md', 'docs/c.md', 'docs/inner/b.md']);
  });

  it('follows no symbolic link, and reports those that would matter', async () => {
    await write({ 'outside/x.md': withSlug('x'), 'docs/a.md': withSlug('a'), 'picture.png': '' });
    await symlink(join(root, 'outside'), join(root, 'docs/linked'));
    await symlink(join(root, 'outside/x.md'), join(root, 'docs/x.md'));
    await symlink('nowhere', join(root, 'docs/broken.md'));
    await symlink(join(root, 'picture.png'), join(root, 'docs/picture.png'));
    const { items, warnings } = await scan();
    expect(items.map(({ slug }) => slug)).toEqual(['a']);
    expect(warnings.map(({ path, rule }) => `${rule} ${path}`)).toEqual([
      'symlinkSkipped docs/broken.md',
      'symlinkSkipped docs/linked',
      'symlinkSkipped docs/x.md',
    ]);
  });

  it('makes all files with one slug and locale invalid, each naming another', async () => {
    await write({
      'docs/a.md': withSlug('same'),
      'docs/b/index.md': withSlug('same'),
      'docs/c.md': sampleFile({ slug: 'same', locale: 'de' }),
    });
    const { items, invalid } = await scan();
    expect(items.map(({ path }) => path)).toEqual(['docs/c.md']);
    expect(invalid).toMatchObject([
      {
        path: 'docs/a.md',
        key: { slug: 'same' },
        problems: [{ rule: 'duplicateItem', message: expect.stringContaining('docs/b/index.md') as string }],
      },
      { path: 'docs/b/index.md', problems: [{ message: expect.stringContaining('docs/a.md') as string }] },
    ]);
  });

  it('names a few of many files with one slug', async () => {
    const count = 10_000;
    await write(
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `docs/${String(index).padStart(5, '0')}.md`,
          withSlug('same'),
        ]),
      ),
    );
    const { items, invalid } = await scan();
    expect(items).toEqual([]);
    expect(invalid).toHaveLength(count);
    for (const { path, problems } of invalid) {
      expect(problems[0]?.message).toMatch(new RegExp(`and ${count - 4} more`));
      expect(problems[0]?.message).not.toContain(path);
    }
  });

  it('warns about names that differ only in case or Unicode form', async () => {
    await write({ 'docs/Caf\u00e9.md': withSlug('a'), 'docs/cafe\u0301.md': withSlug('b') });
    const { items, warnings } = await scan();
    // A file system that folds names holds only one of the two.
    expect(warnings).toHaveLength(items.length - 1);
    for (const warning of warnings) expect(warning.rule).toBe('similarNames');
  });

  it('warns about names that differ only in case', async () => {
    await write({
      'docs/Page.md': withSlug('a'),
      'docs/page.md': withSlug('b'),
      'docs/other.md': withSlug('c'),
    });
    const { items, warnings } = await scan();
    // A file system that folds names holds only one of the two.
    expect(warnings.map(({ rule }) => rule)).toEqual(items.length === 3 ? ['similarNames'] : []);
  });

  it.skipIf(process.platform === 'win32')(
    'takes an unreadable file or directory as present and invalid (Windows has no such modes)',
    async () => {
      await write({
        'docs/locked.md': withSlug('a'),
        'docs/dir/b.md': withSlug('b'),
        'docs/c.md': withSlug('c'),
      });
      await chmod(root, 0o755);
      await chmod(join(root, 'docs/locked.md'), 0);
      await chmod(join(root, 'docs/dir'), 0);
      const { items, invalid } = await withoutPrivileges(() => scan());
      await chmod(join(root, 'docs/dir'), 0o700);
      expect(items.map(({ slug }) => slug)).toEqual(['c']);
      expect(invalid.map(({ path, problems }) => [path, problems[0]?.rule])).toEqual([
        ['docs/dir', 'unreadableDirectory'],
        ['docs/locked.md', 'unreadableFile'],
      ]);
    },
  );

  it.each([
    ['a directory that does not exist', 'missing', 'missingDirectory'],
    ['a file in place of a directory', 'file', 'missingDirectory'],
    ['a path through a file', 'file/inside', 'missingDirectory'],
    ['a link out of the project', 'escape', 'configPath'],
  ])('is blocked, and not empty, for %s', async (_, path, rule) => {
    await write({ file: 'x' });
    await symlink(tmpdir(), join(root, 'escape'));
    const result = await scan(source, sourceAt(path));
    expect(result.unreadable).toMatchObject({ severity: 'error', path, rule });
    expect(result.items).toEqual([]);
  });

  it('stops when it is cancelled', async () => {
    const body = 'word '.repeat(20_000);
    const files = Array.from({ length: 300 }, (_, index) => [
      `docs/${index}.md`,
      sampleFile({ slug: `s${index}` }, body),
    ]);
    await write(Object.fromEntries(files) as Record<string, string>);
    const cancel = new AbortController();
    const context = quietContext({ signal: cancel.signal, progress: () => cancel.abort() });
    await expect(scanSource(source, { projectRoot: root, context })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(cancel.signal.aborted).toBe(true);
  });

  it('does not begin when it was cancelled before', async () => {
    const context = quietContext({ signal: AbortSignal.abort() });
    await expect(scanSource(source, { projectRoot: root, context })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('lets other work run while it reads', async () => {
    const body = 'word '.repeat(20_000);
    await write(
      Object.fromEntries(
        Array.from({ length: 300 }, (_, index) => [
          `docs/${index}.md`,
          sampleFile({ slug: `s${index}` }, body),
        ]),
      ),
    );
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await scan();
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });
});

describe('scanning sources that share a source_id', () => {
  it('finds duplicates across their directories', async () => {
    await write({ 'docs/a.md': withSlug('a'), 'more/a.md': withSlug('a'), 'more/b.md': withSlug('b') });
    const { items, invalid } = await scan(source, sourceAt('more'));
    expect(items.map(({ path }) => path)).toEqual(['more/b.md']);
    expect(invalid.map(({ path }) => path)).toEqual(['docs/a.md', 'more/a.md']);
  });

  it('reads a file in overlapping directories once, for the source that takes its kind', async () => {
    await write({
      'docs/inner/a.md': withSlug('a', 'news'),
      'docs/b.md': withSlug('b'),
      'docs/inner/c.md': withSlug('c', 'other'),
    });
    const outer = sourceAt('docs', { allowedKinds: ['guide'] });
    const inner = sourceAt('docs/inner', { allowedKinds: ['news'], categoryId: 'inner' });
    const { items, invalid, excluded } = await scan(outer, inner);
    // The category of the source that it belongs to is part of the digest.
    const parsed = parseMarkdown(withSlug('a', 'news'), 'docs/inner/a.md', inner);
    expect(items.map(({ path }) => path)).toEqual(['docs/inner/a.md', 'docs/b.md']);
    expect('item' in parsed && parsed.item.digest).toBe(items[0]?.digest);
    expect(invalid).toEqual([]);
    expect(excluded.map(({ path }) => path)).toEqual(['docs/inner/c.md']);
  });
});

describe('what vanishes or changes between the walk and the read', () => {
  it('is an unreadable directory, not an empty one', () => {
    expect([...walkMarkdown(join(root, 'gone'), 'gone')]).toMatchObject([
      { kind: 'unreadable', path: 'gone', problem: { severity: 'error', rule: 'unreadableDirectory' } },
    ]);
  });

  it('is named for a file that is gone, a directory and a link', async () => {
    await write({ 'docs/a.md': 'x' });
    await symlink(join(root, 'docs/a.md'), join(root, 'link.md'));
    const read = regularFileReader(10);
    expect(read(join(root, 'gone.md'))).toEqual({ code: 'ENOENT' });
    expect(read(join(root, 'docs'))).toHaveProperty('code');
    if (process.platform !== 'win32') expect(read(join(root, 'link.md'))).toEqual({ code: 'ELOOP' });
    expect(read(join(root, 'docs/a.md'))).toMatchObject({ bytes: Buffer.from('x'), stamp: { size: 1 } });
  });
});
