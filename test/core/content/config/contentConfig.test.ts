import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  groupSources,
  parseContentConfig,
  readContentConfig,
} from '../../../../src/core/content/config/contentConfig';
import { SyncError } from '../../../../src/core/syncError';

const place = {
  path: 'services/content/config.yaml',
  servicesDir: '/project/services',
  projectRoot: '/project',
};
const parse = (text: string) => parseContentConfig(text, place);

/** A source entry, indented for `content_sources`; later lines replace earlier ones with the same key. */
function entry(name: string, lines: Readonly<Record<string, string | undefined>> = {}): string {
  const all = { path: `content/${name}`, source_id: name, category_id: 'main', enabled: 'true', ...lines };
  const written = Object.entries(all).flatMap(([key, value]) =>
    value === undefined ? [] : [`    ${key}: ${value}\n`],
  );
  return `  ${name}:\n${written.join('')}`;
}
const config = (...entries: string[]) =>
  `categories:\n  main: {name: Main}\ncontent_sources:\n${entries.join('')}`;

describe('a content config', () => {
  it('gives its sources with directories inside the project', () => {
    const text = `${config(entry('docs', { allowed_content_types: '[guide, article]' }))}metadata:\n  default_author: Team\n`;
    expect(parse(text)).toEqual({
      path: place.path,
      sources: [
        {
          name: 'docs',
          sourceId: 'docs',
          directory: '/project/services/content/docs',
          path: 'services/content/docs',
          categoryId: 'main',
          enabled: true,
          allowedKinds: ['guide', 'article'],
          defaultAuthor: 'Team',
        },
      ],
      unusable: [],
      categories: ['main'],
      defaultAuthor: 'Team',
      problems: [],
    });
  });

  it.each(['', '# nothing yet\n', 'content_sources:\n', 'content_sources: {}\n'])(
    'without sources has none: %j',
    (text) => {
      expect(parse(text)).toMatchObject({ sources: [], problems: [] });
    },
  );

  it('takes a full source of the reference without a word', () => {
    const sitemap =
      '{enabled: true, url_pattern: "/d/{slug}", priority: 0.7, changefreq: weekly, fetch_from: database, parent_route: {enabled: false, url: /d, priority: 1, changefreq: daily}}';
    const full = entry('docs', {
      description: 'x',
      indexing: '{clear_before: false, recursive: true, override_existing: false}',
      sitemap,
      branding: '{name: N, description: , image: /x.png, keywords: a}',
    });
    expect(parse(config(full)).problems).toEqual([]);
  });

  it.each([
    ['absent', undefined],
    ['null', '~'],
  ])('allows every kind where allowed_content_types is %s', (_, allowed_content_types) => {
    const { sources, problems } = parse(config(entry('docs', { allowed_content_types })));
    expect(sources[0]?.allowedKinds).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it('allows no kind where the list is written and empty, and warns', () => {
    const { sources, problems } = parse(config(entry('docs', { allowed_content_types: '[]' })));
    expect(sources[0]?.allowedKinds).toEqual([]);
    expect(problems).toMatchObject([
      { severity: 'warning', rule: 'configNoKindAllowed', line: 9, column: 5 },
    ]);
  });

  it.each<[string, Record<string, string | undefined>, string, number]>([
    [
      'enabled as text',
      { enabled: 'yes' },
      'content_sources.docs.enabled is the text "yes"; true or false is expected.',
      8,
    ],
    ['a numeric id', { source_id: '12' }, 'Quote it: "12"', 6],
    ['kinds as one text', { allowed_content_types: 'guide' }, 'a list is expected', 9],
    [
      'a number among the kinds',
      { allowed_content_types: '[guide, 3]' },
      'content_sources.docs.allowed_content_types.1 is the number 3',
      9,
    ],
    ['no path', { path: undefined }, 'content_sources.docs.path is missing', 4],
    ['a null id', { source_id: '' }, 'content_sources.docs.source_id is missing', 6],
    ['a blank id', { source_id: '" "' }, 'source_id is blank', 6],
    ['a blank path', { path: '""' }, 'is blank', 5],
    ['the project itself as path', { path: '..' }, 'is the project itself', 5],
    ['a path out of the project', { path: '../../elsewhere' }, 'leaves the project', 5],
    ['an absolute path elsewhere', { path: '/etc' }, 'leaves the project', 5],
    ['an incomplete sitemap', { sitemap: '{enabled: true}' }, 'sitemap.url_pattern is missing', 9],
  ])('with %s makes that source unusable, names the setting and keeps the others', (_, lines, says, line) => {
    const parsed = parse(config(entry('docs', lines), entry('other')));
    expect(parsed.sources.map(({ name }) => name)).toEqual(['other']);
    expect(parsed.unusable.map(({ name }) => name)).toEqual(['docs']);
    const problem = parsed.problems.find(({ message }) => message.includes(says));
    expect(problem).toMatchObject({ severity: 'error', path: place.path, line });
  });

  it('with a source that is no mapping keeps it as unusable', () => {
    const parsed = parse(config('  docs: 3\n', entry('other')));
    expect(parsed).toMatchObject({
      unusable: [{ name: 'docs', sourceId: undefined, enabled: true }],
      sources: [{ name: 'other' }],
    });
  });

  it.each([
    [
      'content_sources as a list',
      'content_sources: [a]\n',
      'content_sources is a list; a mapping is expected.',
    ],
    ['categories as a text', 'categories: x\n', 'categories is the text "x"; a mapping is expected.'],
    [
      'a numeric default author',
      'metadata:\n  default_author: 3\n',
      'metadata.default_author is the number 3',
    ],
  ])('names %s', (_, text, says) => {
    expect(parse(text).problems).toMatchObject([
      { severity: 'error', message: expect.stringContaining(says) as string },
    ]);
  });

  it.each<[string, string, string, { line: number; column: number }]>([
    [
      'a source',
      config(entry('docs', { catgory_id: 'x' })),
      'Did you mean "category_id"?',
      { line: 9, column: 5 },
    ],
    ['the top level', 'content_source: {}\n', 'Did you mean "content_sources"?', { line: 1, column: 1 }],
    [
      'indexing',
      config(entry('docs', { indexing: '{recursiv: true}' })),
      'Did you mean "recursive"?',
      { line: 9, column: 16 },
    ],
    [
      'metadata',
      'metadata:\n  defualt_author: x\n',
      'Did you mean "default_author"?',
      { line: 2, column: 3 },
    ],
  ])('warns about a misspelt key of %s with the nearest name', (_, text, says, position) => {
    expect(parse(text).problems).toMatchObject([
      {
        severity: 'warning',
        rule: 'configUnknownKey',
        ...position,
        message: expect.stringContaining(says) as string,
      },
    ]);
  });

  it('warns about the legacy wrapper, which yields no source', () => {
    const parsed = parse(`content:\n  content_sources:\n    docs: {}\n`);
    expect(parsed).toMatchObject({ sources: [], problems: [{ rule: 'configLegacyWrapper', line: 1 }] });
  });

  it('warns about a category that is not listed, with the nearest one', () => {
    const parsed = parse(config(entry('docs', { category_id: 'mian' })));
    expect(parsed.sources).toHaveLength(1);
    expect(parsed.problems).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('"main"') as string },
    ]);
  });

  it.each([
    ['broken YAML', 'content_sources: [\n', { line: 2, column: 1 }],
    ['duplicate keys', 'content_sources:\n  a: {}\n  a: {}\n', { line: 3, column: 3 }],
    ['several documents', 'a: 1\n---\nb: 1\n', { line: 2, column: 1 }],
    ['tabs', 'content_sources:\n\ta: {}\n', { line: 2, column: 1 }],
    ['a list', '- a\n', { line: 1, column: 1 }],
    ['a text', 'hello\n', { line: 1, column: 1 }],
  ])('of %s is refused with file, line and column', (_, text, position) => {
    expect(thrownBy(() => parse(text))).toMatchObject({
      code: 'invalidInput',
      details: { path: place.path, ...position },
    });
  });

  it('that is an alias bomb is refused', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level <= 30; level += 1)
      lines.push(`a${level}: &a${level} [${`*a${level - 1}, `.repeat(10)}]`);
    expect(thrownBy(() => parse(`${lines.join('\n')}\ncontent_sources: {x: *a30}\n`))).toMatchObject({
      code: 'invalidInput',
      message: expect.stringContaining('aliases') as string,
    });
  });

  it('may start with a byte order mark, and still counts columns from 1', () => {
    expect(parse('\ufeffcontent_source: {}\n').problems).toMatchObject([{ line: 1, column: 1 }]);
  });
});

describe('groupSources', () => {
  it('takes the enabled sources that are not for skills, sorted by name', () => {
    const parsed = parse(
      config(
        entry('zeta'),
        entry('off', { enabled: 'false' }),
        entry('skills', { allowed_content_types: '[skill]' }),
        entry('alpha', { allowed_content_types: '[skills]' }),
      ),
    );
    expect(groupSources(parsed).map(({ name }) => name)).toEqual(['alpha', 'zeta']);
  });

  it('joins sources that share a source_id', () => {
    const parsed = parse(
      config(entry('b', { source_id: 'shared' }), entry('a', { source_id: 'shared' }), entry('c')),
    );
    expect(
      groupSources(parsed).map(({ name, sourceId, members }) => [
        name,
        sourceId,
        members.map((member) => member.name),
      ]),
    ).toEqual([
      ['a', 'shared', ['a', 'b']],
      ['c', 'c', ['c']],
    ]);
  });

  it('keeps unusable sources whose id is known, so that their rows are protected', () => {
    const parsed = parse(
      config(
        entry('a', { source_id: 'shared' }),
        entry('b', { source_id: 'shared', enabled: '3' }),
        entry('c', { path: '/etc' }),
        entry('d', { path: '/etc', enabled: 'false' }),
      ),
    );
    expect(groupSources(parsed)).toMatchObject([
      { name: 'a', sourceId: 'shared', members: [{ name: 'a' }], unusable: ['b'] },
      { name: 'c', sourceId: 'c', members: [], unusable: ['c'] },
    ]);
  });
});

describe('readContentConfig', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'content-config-'));
    await mkdir(join(root, 'services/content'), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const read = () => readContentConfig(join(root, 'services'), root);
  const write = (content: string | Uint8Array) =>
    writeFile(join(root, 'services/content/config.yaml'), content);

  it('reads the file of the services directory', async () => {
    await write(config(entry('docs')));
    expect(await read()).toMatchObject({
      path: 'services/content/config.yaml',
      sources: [
        { name: 'docs', directory: join(root, 'services/content/docs'), path: 'services/content/docs' },
      ],
    });
  });

  it('names the path that is missing', async () => {
    await expect(read()).rejects.toMatchObject({
      code: 'missingConfig',
      message: expect.stringContaining('services/content/config.yaml') as string,
    });
  });

  it('refuses bytes that are not UTF-8, and files over 1 MB', async () => {
    await write(Buffer.from([0x61, 0xff]));
    await expect(read()).rejects.toMatchObject({
      code: 'invalidInput',
      message: expect.stringContaining('UTF-8') as string,
    });
    await write(`# ${'x'.repeat(1024 * 1024)}`);
    await expect(read()).rejects.toMatchObject({
      code: 'invalidInput',
      message: expect.stringContaining('1 MB') as string,
    });
  });

  it('says when the file is there and cannot be read', async () => {
    await mkdir(join(root, 'services/content/config.yaml'));
    await expect(read()).rejects.toMatchObject({ code: 'io' });
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    expect(SyncError.is(error)).toBe(true);
    return error;
  }
  return undefined;
}
