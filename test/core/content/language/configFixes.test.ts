import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../../src/core/content/language/checkDocument';
import { configFixes } from '../../../../src/core/content/language/configFixes';
import { applyEdit } from '../../../../src/core/yaml/textEdit';

const place = {
  path: 'services/content/config.yaml',
  servicesDir: '/project/services',
  projectRoot: '/project',
};

const source = (...lines: string[]) =>
  [
    '# kept',
    'content_sources:',
    '  blog:',
    ...lines.map((line) => `    ${line}`),
    'categories:',
    '  news: { name: News }',
    '  guides: { name: Guides }',
    '',
  ].join('\n');

const good = ['path: content/blog', 'source_id: blog', 'category_id: news', 'enabled: true'];
const without = (key: string) => good.filter((line) => !line.startsWith(key));

describe('fixes of the content config', () => {
  it.each([
    ['an unknown key', [...good, 'descripton: News # x'], [...good, 'description: News # x']],
    ['a misspelt required key', ['pth: content/blog', ...good.slice(1)], good],
    ['a missing path', without('path'), good],
    ['a missing source_id', without('source_id'), ['source_id: blog', ...without('source_id')]],
    ['a missing switch', without('enabled'), ['enabled: true', ...without('enabled')]],
    ['an empty switch', [...without('enabled'), 'enabled:'], good],
    [
      'a switch in words',
      [...without('enabled'), 'enabled: "yes" # on'],
      [...without('enabled'), 'enabled: true # on'],
    ],
    [
      'a numeric id',
      ['path: content/blog', 'source_id: 1.0', ...good.slice(2)],
      ['path: content/blog', 'source_id: "1.0"', ...good.slice(2)],
    ],
    [
      'a category that is not listed',
      ['path: content/blog', 'source_id: blog', 'category_id: guide', 'enabled: true'],
      ['path: content/blog', 'source_id: blog', 'category_id: guides', 'enabled: true'],
    ],
    [
      'one kind without a list',
      [...good, 'allowed_content_types: blog'],
      [...good, 'allowed_content_types: [blog]'],
    ],
    [
      'a quoted priority',
      [...good, 'sitemap: { enabled: true, url_pattern: a, priority: "0.8", changefreq: daily }'],
      [...good, 'sitemap: { enabled: true, url_pattern: a, priority: 0.8, changefreq: daily }'],
    ],
    [
      'a missing key in braces',
      [...good, 'sitemap: { enabled: true, priority: 1, changefreq: daily }'],
      [...good, 'sitemap: { url_pattern: "/blog/{slug}", enabled: true, priority: 1, changefreq: daily }'],
    ],
  ])('mend %s', (_, broken, mended) => {
    const text = source(...broken);
    const fixes = configFixes(text, place);
    expect(fixes).toHaveLength(1);
    const after = applyEdit(text, fixes[0]!.edit);
    expect(after).toBe(source(...mended));
    expect(checkConfig(after, place)).toEqual([]);
  });

  it.each([
    ['braces', 'content_sources:\n  blog: {}\ncategories:\n  blog:\n'],
    ['a mapping with one key', 'content_sources:\n  blog:\n    path: content/blog\ncategories:\n  blog:\n'],
  ])('fill a source of %s, key by key', (_, start) => {
    let text = start;
    for (let left = checkConfig(start, place).length; left > 0; left -= 1) {
      expect(checkConfig(text, place)).toHaveLength(left);
      text = applyEdit(text, configFixes(text, place)[0]!.edit);
    }
    expect(checkConfig(text, place)).toEqual([]);
  });

  it('rename a misspelt key of the top level', () => {
    const text = source(...good).replace('categories:', 'categorys:');
    const renames = configFixes(text, place).filter(({ change }) => change.kind === 'renameKey');
    expect(applyEdit(text, renames[0]!.edit)).toBe(source(...good));
  });

  it('count offsets from the byte order mark', () => {
    const text = `\ufeff${source(...good, 'descripton: x')}`;
    expect(applyEdit(text, configFixes(text, place)[0]!.edit)).toBe(
      `\ufeff${source(...good, 'description: x')}`,
    );
  });

  it.each([
    ['a path out of the project', source('path: ../../etc', ...good.slice(1))],
    ['a key like none', source(...good, 'zebra: 1')],
    ['YAML that cannot be read', 'content_sources: [\n'],
    ['a good config', source(...good)],
    ['an empty text', ''],
  ])('are not offered for %s', (_, text) => {
    expect(configFixes(text, place)).toEqual([]);
  });
});

describe('checking the text of a config', () => {
  it('gives what cannot be read its line and column', () => {
    const [problem] = checkConfig('content_sources:\n\tblog: 1\n', place);
    expect(problem).toMatchObject({ severity: 'error', line: 2, rule: 'yamlSyntax', path: place.path });
  });
});
