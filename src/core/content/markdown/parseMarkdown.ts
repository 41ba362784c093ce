import { isUtf8 } from 'node:buffer';
import type { ContentFields, ContentKey, ContentProblem, DiskItem } from '../../models/content';
import { findingProblems, isMapping, type Mapping } from '../config/configFinding';
import { digestOfFile, digestWithBody } from '../contentDigest';
import { problem, type ContentRule, type Position } from '../contentProblem';
import type { ContentSource } from '../config/contentSource';
import { frontmatterEnd, frontmatterLine, splitFrontmatter, type FrontmatterFault } from './frontmatter';
import { readFrontmatterFields } from './frontmatterFields';
import { positionsIn } from '../../yaml/locateYaml';
import { quickFrontmatter } from './quickFrontmatter';
import { readYaml, type YamlFault } from '../../yaml/readYaml';
import { isWhiteSpace, trimWhiteSpace } from './trimWhiteSpace';

/** No content file is larger: a table row and an editor both suffer long before. */
export const maxFileBytes = 10 * 1024 * 1024;

/** A `DiskItem` whose body is not decoded: by far the longest text, which a scan has no use for. */
export interface UndecodedItem extends Omit<DiskItem, 'fields'> {
  readonly fields: Omit<ContentFields, 'body'>;
  /** Trimmed, UTF-8; a part of the bytes that were given. */
  readonly body: Buffer;
}

export interface ValidMarkdown<Item = DiskItem> {
  readonly item: Item;
  readonly warnings: readonly ContentProblem[];
  /** Set when the source does not take this kind: the file is fine and takes no part. */
  readonly excluded?: ContentProblem;
}

export interface InvalidMarkdown {
  /** Every error and warning of the file, at least one error. */
  readonly problems: readonly ContentProblem[];
  /** As far as it can be read: an invalid file still protects its row. */
  readonly key?: ContentKey;
}

export type ParsedMarkdown<Item = DiskItem> = ValidMarkdown<Item> | InvalidMarkdown;

/**
 * The content item of a file's bytes. Pure; never throws on any bytes.
 *
 * @param path relative to the project's root, with `/`; names the file in problems
 */
export function parseFile(bytes: Uint8Array, path: string, source: ContentSource): ParsedMarkdown {
  return decoded(parseUndecoded(bytes, path, source));
}

/** The same for a scan of many files. */
export function parseUndecoded(
  bytes: Uint8Array,
  path: string,
  source: ContentSource,
): ParsedMarkdown<UndecodedItem> {
  if (bytes.length > maxFileBytes) {
    return invalid(
      'tooLarge',
      path,
      undefined,
      `The file has ${bytes.length} bytes; at most ${maxFileBytes} are read.`,
    );
  }
  if (!isUtf8(bytes)) {
    return invalid(
      'notUtf8',
      path,
      invalidByte(bytes),
      'The file is not UTF-8 text. Save it with the encoding UTF-8.',
    );
  }
  return parseBytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), path, source);
}

/** The same for a text that is not on disk yet, such as an editor's; `fileDigest` is that of its UTF-8 bytes. */
export function parseMarkdown(text: string, path: string, source: ContentSource): ParsedMarkdown {
  const surrogate = text.search(/\p{Surrogate}/u);
  if (surrogate !== -1) {
    const message = 'The text holds half of a surrogate pair, which UTF-8 cannot say.';
    return invalid('unpairedSurrogate', path, positionsIn(text)(surrogate), message);
  }
  return decoded(parseBytes(Buffer.from(text), path, source));
}

function decoded(parsed: ParsedMarkdown<UndecodedItem>): ParsedMarkdown {
  if ('problems' in parsed) return parsed;
  return { ...parsed, item: decodedItem(parsed.item) };
}

export function decodedItem({ body, ...item }: UndecodedItem): DiskItem {
  return { ...item, fields: { ...item.fields, body: body.toString('utf8') } };
}

/** @param bytes UTF-8 */
function parseBytes(bytes: Buffer, path: string, source: ContentSource): ParsedMarkdown<UndecodedItem> {
  const headEnd = frontmatterEnd(bytes);
  const split = splitFrontmatter(bytes.toString('utf8', 0, headEnd));
  if ('fault' in split) return withoutFrontmatter(split, path);
  const read = readMapping(split.yaml);
  if ('fault' in read) return unreadableYaml(read.fault, split.yaml, path, source);

  const { slug, locale, fields, findings, excluded } = readFrontmatterFields(read.mapping, source);
  const body = trimmedBody(bytes.subarray(headEnd));
  const problems = findings.length > 0 ? findingProblems(findings, split.yaml, path, frontmatterLine) : [];
  if (body.includes(0)) problems.push(nulProblem(bytes.toString('utf8'), path));
  if (problems.some(({ severity }) => severity === 'error')) {
    return { problems, ...keyOf(read.mapping, source) };
  }
  const digest = digestWithBody(fields, body);
  const item = {
    sourceId: source.sourceId,
    locale,
    slug,
    fields,
    body,
    digest,
    path,
    fileDigest: digestOfFile(bytes, body, digest),
  };
  if (excluded === undefined) return { item, warnings: problems };
  const [exclusion] = findingProblems([excluded], split.yaml, path, frontmatterLine);
  return { item, warnings: problems, ...(exclusion && { excluded: exclusion }) };
}

function trimmedBody(bytes: Buffer): Buffer {
  let [start, end] = [0, bytes.length];
  while (start < end && isAsciiSpace(bytes[start])) start += 1;
  while (end > start && isAsciiSpace(bytes[end - 1])) end -= 1;
  const inner = bytes.subarray(start, end);
  const isPlain = (inner[0] ?? 0) < 0x80 && (inner.at(-1) ?? 0) < 0x80;
  return isPlain ? inner : trimmedText(inner);
}

function isAsciiSpace(byte = 0x80): boolean {
  return byte < 0x80 && isWhiteSpace(byte);
}

/** Characters of several bytes may be white space as well. */
function trimmedText(bytes: Buffer): Buffer {
  const whole = bytes.toString('utf8');
  const text = trimWhiteSpace(whole);
  const start = text === '' ? 0 : whole.indexOf(text);
  const blanksBefore = Buffer.byteLength(whole.slice(0, start));
  const blanksAfter = Buffer.byteLength(whole.slice(start + text.length));
  return bytes.subarray(blanksBefore, bytes.length - blanksAfter);
}

function nulProblem(text: string, path: string): ContentProblem {
  const message = 'The body holds a NUL character, which the database cannot store.';
  return problem('error', 'nul', path, positionsIn(text)(text.indexOf('\0')), message);
}

function readMapping(yaml: string): { readonly mapping: Mapping } | { readonly fault: YamlFault | 'notMap' } {
  const quick = quickFrontmatter(yaml);
  if (quick) return { mapping: quick };
  const read = readYaml(yaml);
  if ('fault' in read) return read;
  if (read.value === null || read.value === undefined) return { mapping: {} };
  return isMapping(read.value) ? { mapping: read.value } : { fault: 'notMap' };
}

function withoutFrontmatter({ fault }: FrontmatterFault, path: string): InvalidMarkdown {
  const start = { line: 1, column: 1 };
  if (fault === 'missing') {
    return invalid(
      'frontmatterMissing',
      path,
      start,
      'The file does not start with frontmatter: a line ---, the keys, a line ---.',
    );
  }
  return invalid(
    'frontmatterUnclosed',
    path,
    start,
    'The frontmatter is not closed: a line --- after the keys is missing.',
  );
}

function unreadableYaml(
  fault: YamlFault | 'notMap',
  yaml: string,
  path: string,
  source: ContentSource,
): InvalidMarkdown {
  const start = { line: frontmatterLine, column: 1 };
  if (fault === 'notMap') {
    return invalid(
      'frontmatterNotMap',
      path,
      start,
      'The frontmatter is no mapping; lines like "title: Hello" are expected.',
    );
  }
  const { kind, reason, position } = fault;
  const at = position ? { line: position.line + frontmatterLine - 1, column: position.column } : start;
  const rule = kind === 'duplicateKey' ? 'duplicateKey' : 'yamlSyntax';
  const message = `The frontmatter cannot be read: ${reason}.`;
  return { problems: [problem('error', rule, path, at, message)], ...keyOf(guessMapping(yaml), source) };
}

/** What single lines of a broken frontmatter say about the item's key; the last of two equal keys counts. */
function guessMapping(yaml: string): Mapping {
  const mapping: Record<string, unknown> = {};
  for (const line of yaml.match(/^(?:slug|locale):.*$/gm) ?? [])
    Object.assign(mapping, quickFrontmatter(line));
  return mapping;
}

function keyOf(raw: Mapping, source: ContentSource): { key?: ContentKey } {
  const locale = raw['locale'] ?? 'en';
  if (typeof raw['slug'] !== 'string' || typeof locale !== 'string') return {};
  return { key: { sourceId: source.sourceId, locale, slug: raw['slug'] } };
}

/** Where the first byte stands that is no UTF-8. A line feed is never part of a longer character. */
function invalidByte(bytes: Uint8Array): Position {
  let line = 1;
  let lineStart = 0;
  for (;;) {
    const next = bytes.indexOf(0x0a, lineStart);
    const lineEnd = next === -1 ? bytes.length : next;
    const content = bytes.subarray(lineStart, lineEnd);
    if (next === -1 || !isUtf8(content)) return { line, column: validPrefix(content) + 1 };
    line += 1;
    lineStart = lineEnd + 1;
  }
}

/** Length, in UTF-16 units, of the part before the first invalid byte. */
function validPrefix(bytes: Uint8Array): number {
  const text = new TextDecoder().decode(bytes);
  let end = text.indexOf('\ufffd');
  // A replacement character may also have been written on purpose: then its own three bytes stand there.
  while (end !== -1) {
    const at = Buffer.byteLength(text.slice(0, end));
    if (!(bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd)) return end;
    end = text.indexOf('\ufffd', end + 1);
  }
  return text.length;
}

function invalid(
  rule: ContentRule,
  path: string,
  position: Position | undefined,
  message: string,
): InvalidMarkdown {
  return { problems: [problem('error', rule, path, position, message)] };
}
