import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { placementHabits, placeNewFile } from '../../../src/core/content/placement';
import type { ScannedFile } from '../../../src/core/models/content';
import { sampleSource } from './contentSamples';

const docs = sampleSource({ name: 'docs', path: 'docs' });

function item(path: string, slug: string, locale = 'en'): ScannedFile {
  return { sourceId: docs.sourceId, slug, locale, path, title: 'A page', digest: '', fileDigest: '' };
}

function place(
  slug: string,
  { existing = [] as ScannedFile[], locale = 'en', source = docs, taken = [] as string[] } = {},
): string {
  const paths = new Set([...existing.map(({ path }) => path), ...taken]);
  return placeNewFile({
    slug,
    locale,
    source,
    habits: placementHabits(source, existing),
    taken: (path) => paths.has(path),
  });
}

const inDirectories = [item('docs/a/index.md', 'a'), item('docs/b/index.md', 'b'), item('docs/c.md', 'c')];
const inFiles = [item('docs/a.md', 'a'), item('docs/b/c.md', '/b/c/'), item('docs/d/index.md', 'd')];

describe('placeNewFile', () => {
  it.each([
    ['files where there is nothing to follow', 'x', {}, 'docs/x.md'],
    [
      'directories in a source named blog',
      'x',
      { source: sampleSource({ name: 'blog', path: 'docs' }) },
      'docs/x/index.md',
    ],
    [
      'files in a blog whose files are files',
      'x',
      { source: sampleSource({ name: 'blog', path: 'docs' }), existing: inFiles },
      'docs/x.md',
    ],
    ['directories where most files have them', 'x', { existing: inDirectories }, 'docs/x/index.md'],
    ['files where most files are files', 'x', { existing: inFiles }, 'docs/x.md'],
    ['a nested slug as a file', 'x/y', { existing: inFiles }, 'docs/x/y.md'],
    ['a nested slug as a directory', 'x/y', { existing: inDirectories }, 'docs/x/y/index.md'],
    ['a slug without its outer slashes', '/x/y/', {}, 'docs/x/y.md'],
    ['the empty slug', '', {}, 'docs/index.md'],
    ['the empty slug among directories', '', { existing: inDirectories }, 'docs/index.md'],
    ['another locale in the name', 'x', { locale: 'de' }, 'docs/x.de.md'],
    [
      'another locale in the name, in directories',
      'x',
      { locale: 'de', existing: inDirectories },
      'docs/x/index.de.md',
    ],
    [
      'another locale in its directory',
      'x',
      { locale: 'fr', existing: [item('docs/de/a.md', 'a', 'de'), item('docs/a.md', 'a')] },
      'docs/fr/x.md',
    ],
    [
      'English in its directory too',
      'x',
      { existing: [item('docs/de/a.md', 'a', 'de'), item('docs/en/a.md', 'a')] },
      'docs/en/x.md',
    ],
    ['the empty slug of another locale', '', { locale: 'de' }, 'docs/index.de.md'],
    ['the next number where the place is taken', 'x', { taken: ['docs/x.md', 'docs/x-2.md'] }, 'docs/x-3.md'],
    [
      'the next number in a directory',
      'a',
      { existing: inDirectories, taken: ['docs/a/index.md'] },
      'docs/a/index-2.md',
    ],
  ])('uses %s', (_, slug, options, path) => {
    expect(place(slug, options)).toBe(path);
  });

  it.each([
    ['a slug that climbs', '../x', {}, /climbs/],
    ['a slug that the rule forbids', 'X', {}, /a-z/],
    ['a device of Windows', 'con', {}, /Windows/],
    ['a device of Windows as a directory', 'aux/x', {}, /Windows/],
    ['a device of Windows with a locale', 'nul', { locale: 'de' }, /Windows/],
    ['a name that is too long', 'x'.repeat(300), {}, /longer than 255 bytes/],
    [
      'a name that exists in another case',
      'readme',
      { existing: [item('docs/README.md', 'other')] },
      /docs\/README\.md only in case/,
    ],
    [
      'a directory that exists in another case',
      'guides/x',
      { existing: [item('docs/Guides/y.md', 'y')] },
      /docs\/Guides only in case/,
    ],
  ])('refuses %s', (_, slug, options, reason) => {
    expect(() => place(slug, options)).toThrow(reason);
  });

  it('refuses when every numbered place is taken too', () => {
    const habits = placementHabits(docs, []);
    expect(() => placeNewFile({ slug: 'x', locale: 'en', source: docs, habits, taken: () => true })).toThrow(
      /taken/,
    );
  });

  it('never leaves the directory of the source and never takes a path twice', () => {
    const slugs = fc.array(
      fc.oneof(
        fc.constantFrom('', '/', '..', 'a/../b', 'a//b'),
        fc.string({ unit: fc.constantFrom(...'ab-/.'), maxLength: 6 }),
      ),
    );
    fc.assert(
      fc.property(slugs, fc.constantFrom(inFiles, inDirectories, []), (names, existing) => {
        const taken = existing.map(({ path }) => path);
        for (const slug of names) {
          let path: string;
          try {
            path = place(slug, { existing, taken });
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalidInput' });
            continue;
          }
          expect(path).toMatch(/^docs\/(?:[a-z0-9-]+\/)*[a-z0-9-]+\.md$/);
          expect(taken).not.toContain(path);
          taken.push(path);
        }
      }),
    );
  });
});
