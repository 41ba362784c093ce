import { afterEach, describe, expect, it } from 'vitest';
import { createContentProject, page, type ContentProject } from '../support/contentProject';
import { runCli } from '../support/runCli';

let current: ContentProject | undefined;

async function project(files: Record<string, string> = {}): Promise<ContentProject> {
  current = await createContentProject(files);
  return current;
}

afterEach(async () => {
  await current?.dispose();
  current = undefined;
});

const cli = (p: ContentProject, ...args: string[]) =>
  runCli(args, { cwd: p.root, env: { DATABASE_URL: p.db.url } });

const insert = (p: ContentProject, slug: string, text: string) =>
  p.db.query(
    `INSERT INTO markdown_content (id, slug, source_id, title, description, body, author, published_at, keywords, kind,
                                   category_id, version_hash)
     VALUES ($1, $1, 'docs', $2, $2, $2, $2, '2026-01-15Z', $2, 'guide', 'docs', '')`,
    [slug, text],
  );

/** Every control character that Postgres can hold. */
const controls = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).filter(
  (character) => character !== '\0' && /\p{Cc}/u.test(character),
);

describe('control characters', () => {
  it('of a row are in its file, escaped in the frontmatter, and come back as they were', async () => {
    const p = await project();
    expect(controls).toHaveLength(64);
    for (const [index, character] of controls.entries()) await insert(p, `row-${index}`, `a${character}b`);
    const pulled = await cli(p, 'content', 'to-disk', '--yes', '--json');
    expect([pulled.code, pulled.json()]).toMatchObject([
      0,
      { details: { created: controls.length, invalid: 0 } },
    ]);
    const [, frontmatter] = (await p.read('docs/row-0.md')).split('---\n');
    expect(frontmatter).toMatch(/^title: "a\\u0001b"$/m);
    expect(frontmatter).not.toMatch(/(?!\n)\p{Cc}/u);
    const rows = () =>
      p.db.query(
        'SELECT slug, title, description, body, author, keywords FROM markdown_content ORDER BY slug',
      );
    const before = await rows();
    await p.db.query('DELETE FROM markdown_content');
    expect((await cli(p, 'content', 'to-db', '--override', '--yes')).code).toBe(0);
    expect(await rows()).toEqual(before);
    expect((await cli(p, 'content', 'diff')).code).toBe(0);
  });

  it('of a file make it invalid at their line where YAML does not allow them, and belong to the body', async () => {
    const p = await project({
      'docs/bell.md': page({ slug: 'bell', title: 'a\u0007b' }),
      'docs/c1.md': page({ slug: 'c1', extra: 'keywords: "a\u009bb"\n' }),
      'docs/body.md': page({ slug: 'body', body: 'a\u0007\u009bb' }),
    });
    const diff = await cli(p, 'content', 'diff', '--json');
    const docs = diff.json<{ sources: { name: string }[] }>().sources.find(({ name }) => name === 'docs');
    expect(docs).toMatchObject({
      added: [{ slug: 'body' }],
      invalid: [
        { path: 'services/content/docs/bell.md', line: 2, slug: 'bell' },
        { path: 'services/content/docs/c1.md', line: 7, slug: 'c1' },
      ],
    });
    expect((await cli(p, 'content', 'to-db')).code).toBe(5);
    expect(await p.db.query('SELECT body FROM markdown_content')).toEqual([{ body: 'a\u0007\u009bb' }]);
  });

  it('never reach the terminal', async () => {
    const p = await project({ 'docs/a\u001b[31m.md': page({ slug: 'A', title: 'x' }) });
    await insert(p, 'evil\u001b]0;pwned\u0007\u009b2J', 'x');
    for (const args of [
      ['content', 'diff'],
      ['content', 'to-disk', '--override', '--dry-run'],
      ['content', 'to-disk', '--override', '--yes'],
      ['content', 'diff', '--source', 'no\u001b[31msuch'],
    ]) {
      const { stdout, stderr } = await cli(p, ...args);
      expect(stdout + stderr, args.join(' ')).toMatch(/\\u001b/);
      expect(stdout + stderr, args.join(' ')).not.toMatch(/(?![\n\t])\p{Cc}/u);
    }
  });
});
