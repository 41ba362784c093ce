import { isDeepStrictEqual } from 'node:util';
import {
  contentFieldNames,
  type ContentFieldName,
  type ContentFields,
  type ContentKey,
} from '../../models/content';
import { SyncError } from '../../syncError';
import { isMapping } from '../config/configFinding';
import { contentDigest } from '../contentDigest';
import type { ContentSource } from '../config/contentSource';
import { blockLinks, editFrontmatter, type FrontmatterValue } from './editFrontmatter';
import { splitFrontmatter } from './frontmatter';
import { whyUnholdable } from './holdable';
import { parseFile } from './parseMarkdown';
import { readYaml } from '../../yaml/readYaml';
import { trimWhiteSpace } from './trimWhiteSpace';
import { doubleQuoted } from './writeScalar';

/**
 * A new file for a row. A key is left out where its absence says the same (`locale: en`, no image, the source's own
 * category, …); `public` is always written.
 *
 * @param source the source that the file will belong to
 * @throws SyncError `invalidInput` with the reason when no file can say what the row says
 */
export function renderRowAsFile(row: ContentFields & ContentKey, source: ContentSource): string {
  const reason = whyUnholdable({ slug: row.slug, locale: row.locale, fields: row }, { members: [source] });
  if (reason !== undefined) throw unholdable(`No file can hold ${nameOf(row)}: ${reason}.`);
  const lines = [
    `title: ${doubleQuoted(row.title)}`,
    row.description !== '' && `description: ${doubleQuoted(row.description)}`,
    `author: ${doubleQuoted(row.author)}`,
    `slug: ${doubleQuoted(row.slug)}`,
    row.keywords !== '' && `keywords: ${doubleQuoted(row.keywords)}`,
    row.image !== null && `image: ${doubleQuoted(row.image)}`,
    `kind: ${doubleQuoted(row.kind)}`,
    row.category_id !== source.categoryId && `category: ${doubleQuoted(row.category_id ?? '')}`,
    `public: ${row.public}`,
    `published_at: ${doubleQuoted(row.published_at)}`,
    row.locale !== 'en' && `locale: ${doubleQuoted(row.locale)}`,
    row.links.length > 0 && `links:${blockLinks(row.links, '  ', '\n')}`,
  ];
  const frontmatter = lines.filter((line) => line !== false).map((line) => `${line}\n`);
  const body = trimWhiteSpace(row.body);
  const text = `---\n${frontmatter.join('')}---\n${body === '' ? '' : `\n${body}\n`}`;
  const reread = parseFile(Buffer.from(text), source.path, source);
  const same = 'item' in reread && reread.item.slug === row.slug && reread.item.locale === row.locale;
  if (!same || reread.item.digest !== contentDigest(row)) {
    throw unholdable(`No file can hold ${nameOf(row)}: written out, it reads back as something else.`);
  }
  return text;
}

/** Which file is rewritten: for messages, and for what its source fills in. */
export interface RewrittenFile {
  /** Relative to the project's root, with `/`. */
  readonly path: string;
  readonly source: ContentSource;
}

/**
 * The file with the wanted fields. Only the lines of fields that differ change: unknown keys, comments, key order,
 * quotes, line ends, byte order mark and the blank lines around the body stay (data.md C-7).
 *
 * @param original the file's bytes: a valid file
 * @param current the fields that the file holds
 * @throws SyncError `invalidInput` when no edit gives a file that reads back as wanted
 */
export function rewriteMarkdown(
  original: Uint8Array,
  current: ContentFields,
  wanted: ContentFields,
  file: RewrittenFile,
): Uint8Array {
  const text = Buffer.from(original).toString('utf8');
  const split = splitFrontmatter(text);
  if ('fault' in split) throw unholdable(`${file.path} has no frontmatter to change.`);
  const changed = contentFieldNames.filter((name) => !isDeepStrictEqual(current[name], wanted[name]));
  const values = new Map<string, FrontmatterValue>();
  for (const name of changed) if (name !== 'body') values.set(frontmatterKey(name), wanted[name]);
  const yaml = editFrontmatter(split.yaml, values, split.eol);
  if (yaml === undefined) {
    throw unholdable(
      `${file.path}: its frontmatter is written in a form that cannot be extended with ${[...values.keys()].join(', ')}.`,
    );
  }
  const fence = text.slice(split.yamlStart + split.yaml.length, split.bodyStart);
  const body = changed.includes('body') ? withBody(split.body, wanted.body, fence, split.eol) : split.body;
  const result = Buffer.from(text.slice(0, split.yamlStart) + yaml + fence + body);
  verifyOtherKeys(split.yaml, yaml, new Set(values.keys()), file.path);
  verifyFields(original, result, wanted, file);
  return result;
}

function verifyOtherKeys(before: string, after: string, edited: ReadonlySet<string>, path: string): void {
  const others = (yaml: string) => {
    const read = readYaml(yaml);
    const entries = 'value' in read && isMapping(read.value) ? Object.entries(read.value) : [];
    return entries.filter(([key]) => !edited.has(key));
  };
  if (isDeepStrictEqual(others(before), others(after))) return;
  throw unholdable(`${path}: changing ${[...edited].join(', ')} would change other keys of its frontmatter.`);
}

function verifyFields(
  original: Uint8Array,
  result: Uint8Array,
  wanted: ContentFields,
  { path, source }: RewrittenFile,
): void {
  const before = parseFile(original, path, source);
  const after = parseFile(result, path, source);
  const same =
    'item' in before &&
    'item' in after &&
    before.item.slug === after.item.slug &&
    before.item.locale === after.item.locale;
  if (same && after.item.digest === contentDigest(wanted)) return;
  const problem = 'problems' in after ? ` (${after.problems[0]?.message ?? ''})` : '';
  throw unholdable(
    `${path} cannot hold the wanted values: written out, it reads back as something else${problem}.`,
  );
}

/** Blank lines around the body stay. */
function withBody(old: string, wanted: string, fence: string, eol: string): string {
  const trimmed = trimWhiteSpace(old);
  const body = trimWhiteSpace(wanted);
  if (trimmed !== '') {
    const start = old.indexOf(trimmed);
    return old.slice(0, start) + body + old.slice(start + trimmed.length);
  }
  return (fence.endsWith('\n') ? '' : eol) + eol + body + eol;
}

function frontmatterKey(field: Exclude<ContentFieldName, 'body'>): string {
  return field === 'category_id' ? 'category' : field;
}

function nameOf(row: ContentKey): string {
  return `the row ${row.slug === '' ? 'with the empty slug' : row.slug} (${row.locale}) of ${row.sourceId}`;
}

function unholdable(message: string): SyncError {
  return new SyncError('invalidInput', message, {
    hint: 'Change the row in the database, or the file by hand.',
    details: { rule: 'unholdable' },
  });
}
