import type { ContentKey, ScannedFile } from '../models/content';
import { SyncError } from '../syncError';
import type { ContentSource } from './config/contentSource';
import { slugFault } from './markdown/contentRules';

/** How the files of a source are laid out, learned from those that are there. */
export interface PlacementHabits {
  /** `<slug>.md`, or `<slug>/index.md`. */
  readonly layout: 'file' | 'directory';
  /** `<slug>.de.md`, or `de/<slug>.md`. */
  readonly localeIn: 'name' | 'directory';
  /** Files in English have their locale in the path as well. */
  readonly englishNamed: boolean;
  /** Every path and directory that is there, by its case- and form-folded text. */
  readonly known: ReadonlyMap<string, string>;
}

/**
 * What the other files of a source do, so that a new one does the same; the majority decides. Without any, `blog` has
 * directories and every other source has files, as the reference writes them (data.md 1.7).
 *
 * @param existing the items of the source (others are ignored)
 */
export function placementHabits(source: ContentSource, existing: readonly ScannedFile[]): PlacementHabits {
  const votes = { file: 0, directory: 0, localeName: 0, localeDirectory: 0, english: 0, englishNamed: 0 };
  const known = new Map<string, string>();
  for (const item of existing) {
    if (!item.path.startsWith(`${source.path}/`)) continue;
    for (const path of withParents(item.path)) known.set(folded(path), path);
    const place = formOf(item, source);
    if (item.locale === 'en') votes.english += 1;
    if (!place) continue;
    if (item.slug !== '') votes[place.layout] += 1;
    if (item.locale === 'en' && place.locale !== 'none') votes.englishNamed += 1;
    if (place.locale === 'name') votes.localeName += 1;
    if (place.locale === 'directory') votes.localeDirectory += 1;
  }
  const unseen = source.name === 'blog' ? 'directory' : 'file';
  const layout =
    votes.file === votes.directory ? unseen : votes.file > votes.directory ? 'file' : 'directory';
  return {
    layout,
    localeIn: votes.localeDirectory > votes.localeName ? 'directory' : 'name',
    englishNamed: votes.englishNamed * 2 > votes.english,
    known,
  };
}

export interface NewFile extends Pick<ContentKey, 'slug' | 'locale'> {
  readonly source: ContentSource;
  readonly habits: PlacementHabits;
  /** True for a path (relative to the project's root) that exists or is promised to another new file. */
  readonly taken: (path: string) => boolean;
}

/** Names that Windows keeps for devices, with any extension. */
const deviceName = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;
const maxNameBytes = 255;
const lastNumber = 99;

/**
 * The path for the new file of an item, relative to the project's root, inside its source's directory, and free. When
 * the usual place is taken by another file, `-2`, `-3`, … is tried.
 *
 * @throws SyncError `invalidInput` for a slug that climbs, a name that some platform cannot hold, a name that differs
 *   from an existing one only in case, and when no place is free
 */
export function placeNewFile({ slug, locale, source, habits, taken }: NewFile): string {
  const fault = slugFault(slug);
  if (fault) throw refusal(slug, `its slug ${fault}`);
  for (let number = 1; number <= lastNumber; number += 1) {
    const path = `${source.path}/${relativePath(slug, locale, habits, number)}`;
    checkNames(path, slug, source);
    const twin = caseTwin(path, habits.known);
    if (twin !== undefined) throw refusal(slug, `${path} differs from ${twin} only in case or Unicode form`);
    if (!taken(path)) return path;
  }
  throw refusal(slug, `its usual place and ${lastNumber - 1} others are taken`);
}

function relativePath(slug: string, locale: string, habits: PlacementHabits, number: number): string {
  const name = stripped(slug);
  const named = locale !== 'en' || habits.englishNamed;
  const directory = named && habits.localeIn === 'directory' ? `${locale}/` : '';
  const suffix = named && habits.localeIn === 'name' ? `.${locale}` : '';
  const count = number === 1 ? '' : `-${number}`;
  if (name === '') return `${directory}index${count}${suffix}.md`;
  return habits.layout === 'file'
    ? `${directory}${name}${count}${suffix}.md`
    : `${directory}${name}/index${count}${suffix}.md`;
}

interface PlaceForm {
  readonly layout: 'file' | 'directory';
  readonly locale: 'none' | 'name' | 'directory';
}

/** How an item's path is made from its slug and locale, or undefined when it is not. */
function formOf({ path, slug, locale }: ScannedFile, source: ContentSource): PlaceForm | undefined {
  const name = stripped(slug);
  const inside = path.slice(source.path.length + 1);
  for (const layout of ['file', 'directory'] as const) {
    const stem = name === '' ? 'index' : layout === 'file' ? name : `${name}/index`;
    if (inside === `${stem}.md`) return { layout, locale: 'none' };
    if (inside === `${stem}.${locale}.md`) return { layout, locale: 'name' };
    if (inside === `${locale}/${stem}.md`) return { layout, locale: 'directory' };
  }
  return undefined;
}

function checkNames(path: string, slug: string, source: ContentSource): void {
  for (const name of path.slice(source.path.length + 1).split('/')) {
    if (deviceName.test(name)) throw refusal(slug, `Windows keeps the name ${name} for a device`);
    if (Buffer.byteLength(name) > maxNameBytes)
      throw refusal(slug, `its file name is longer than ${maxNameBytes} bytes`);
  }
}

function caseTwin(path: string, known: ReadonlyMap<string, string>): string | undefined {
  for (const part of withParents(path)) {
    const other = known.get(folded(part));
    if (other !== undefined && other !== part) return other;
  }
  return undefined;
}

/** The path and its directories, without the root. */
function withParents(path: string): string[] {
  const parts = [path];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
    parts.push(path.slice(0, at));
  return parts;
}

function stripped(slug: string): string {
  return slug.replace(/^\/|\/$/g, '');
}

function folded(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

function refusal(slug: string, reason: string): SyncError {
  return new SyncError('invalidInput', `No file can be placed for the slug "${slug}": ${reason}.`, {
    hint: 'Create the file by hand where it belongs, or change the slug.',
    details: { rule: 'placement', slug },
  });
}
