import { describe, expect, it } from 'vitest';
import { frontmatterKeys } from '../../../src/core/content/markdown/frontmatterFields';
import { configRoot, type ConfigKey } from '../../../src/core/content/language/configKeys';
import { fixTitle } from '../../../src/ui/language/fixTitle';
import { configKeyDescriptions, configKeyText } from '../../../src/ui/language/configKeyText';
import { frontmatterKeyText } from '../../../src/ui/language/frontmatterKeyText';
import { todayText } from '../../../src/ui/language/todayText';
import { inEnglish } from '../inEnglish';

function pathsOf(key: ConfigKey, at: readonly string[] = []): string[] {
  const inner = [
    ...Object.entries(key.keys ?? {}),
    ...(key.entries === undefined ? [] : [['*', key.entries] as const]),
  ];
  return inner.flatMap(([name, child]) => [[...at, name].join('.'), ...pathsOf(child, [...at, name])]);
}

describe('what is said of a frontmatter key', () => {
  it('covers every key that is read', () => {
    for (const key of frontmatterKeys)
      expect(frontmatterKeyText(inEnglish, [key]), key).toContain(`**${key}**`);
  });

  it('names need, default and column', () => {
    expect(frontmatterKeyText(inEnglish, ['slug'])).toMatch(
      /\*\*slug\*\*: text, required\n\n.*\n\nStored in `markdown_content\.slug`\./s,
    );
    expect(frontmatterKeyText(inEnglish, ['locale'])).toContain('Default: `en`');
    expect(frontmatterKeyText(inEnglish, ['tags'])).toContain('Not stored in the database.');
    expect(frontmatterKeyText(inEnglish, ['links', 'url'])).toContain('required');
  });

  it('is nothing for keys of the user’s own', () => {
    for (const path of [['own'], ['constructor'], ['links', 'own'], ['title', 'url']])
      expect(frontmatterKeyText(inEnglish, path)).toBeUndefined();
  });
});

describe('what is said of a key of the content config', () => {
  it('covers every key, and no other', () => {
    expect(Object.keys(configKeyDescriptions(inEnglish)).sort()).toEqual(pathsOf(configRoot).sort());
  });

  it('finds keys below names that the project chose', () => {
    expect(configKeyText(inEnglish, ['content_sources', 'blog', 'sitemap', 'url_pattern'])).toContain(
      '{slug}',
    );
    expect(configKeyText(inEnglish, ['content_sources', 'blog', 'indexing', 'recursive'])).toContain(
      'Default: `false`',
    );
    expect(configKeyText(inEnglish, ['metadata', 'language'])).toBeUndefined();
  });
});

describe('titles of quick fixes', () => {
  it.each([
    [{ kind: 'addKey', key: 'slug', value: 'a' }, 'Add slug: a'],
    [{ kind: 'setValue', key: 'description', value: '' }, 'Change description to ""'],
    [{ kind: 'setValue', key: 'keywords', value: 'x'.repeat(100) }, `Change keywords to ${'x'.repeat(59)}…`],
    [{ kind: 'quoteValue', key: 'title', value: '1.0' }, 'Put 1.0 into quotes'],
    [{ kind: 'renameKey', from: 'titel', to: 'title' }, 'Rename titel to title'],
    [{ kind: 'addFrontmatter' }, 'Add frontmatter'],
  ] as const)('say what %j does', (change, title) => {
    expect(fixTitle(inEnglish, change)).toBe(title);
  });
});

describe('today', () => {
  it('is written as dates in frontmatter are', () => {
    expect(todayText(new Date(2026, 2, 5))).toBe('2026-03-05');
  });
});
