import { splitFrontmatter } from '../markdown/frontmatter';
import type { TextSpan } from '../../yaml/textEdit';

/** What stands at an offset of a frontmatter that is perhaps still being typed. */
export type FrontmatterCursor =
  | {
      readonly at: 'key';
      /** `links` inside an entry of that list; undefined at the top level. */
      readonly inside: 'links' | undefined;
      readonly span: TextSpan;
      /** The key's name as far as it is there. */
      readonly name: string;
      /** True when a colon follows already. */
      readonly hasColon: boolean;
      /** Keys of the same mapping, without this one. */
      readonly present: ReadonlySet<string>;
    }
  | {
      readonly at: 'value';
      readonly key: string;
      /** The value as written, without blanks and comment; empty behind a bare colon. */
      readonly span: TextSpan;
    };

/**
 * Reads line by line, since the YAML of a half-typed line can rarely be parsed.
 *
 * @returns undefined outside of a frontmatter, in comments, and in nested values that nothing is known about
 */
export function frontmatterCursor(text: string, offset: number): FrontmatterCursor | undefined {
  const region = frontmatterRegion(text);
  if (!region || offset < region.start || offset > region.end) return undefined;
  const lines = linesOf(text, region);
  const index = lines.findIndex(({ end }) => offset <= end);
  const line = lines[index];
  if (!line || offset < line.start) return undefined;
  const [, key, colon] = topLevelEntry.exec(line.text) ?? [];
  if (key !== undefined && colon !== undefined && offset - line.start > key.length) {
    return { at: 'value', key, span: valueSpanIn(line, key.length + colon.length) };
  }
  if (/^(?:[\w-]+\s*(?::|$)|$)/.test(line.text))
    return keyCursor(line, 0, undefined, topLevelKeys(lines, index));
  return linkCursor(lines, index, offset);
}

const topLevelEntry = /^([A-Za-z_][\w-]*)(\s*:)(?=\s|$)/;

/** Between the fences; to the end of the text while the second fence is still to come. */
function frontmatterRegion(text: string): TextSpan | undefined {
  const split = splitFrontmatter(text);
  if (!('fault' in split)) {
    return { start: split.yamlStart, end: split.yamlStart + Math.max(0, split.yaml.length - 1) };
  }
  const opening = split.fault === 'unclosed' ? text.indexOf('\n') : -1;
  return opening === -1 ? undefined : { start: opening + 1, end: text.length };
}

interface Line extends TextSpan {
  readonly text: string;
}

function linesOf(text: string, { start, end }: TextSpan): Line[] {
  const lines: Line[] = [];
  let at = start;
  for (const line of text.slice(start, end).split('\n')) {
    const written = line.endsWith('\r') ? line.slice(0, -1) : line;
    lines.push({ start: at, end: at + written.length, text: written });
    at += line.length + 1;
  }
  return lines;
}

function keyCursor(
  line: Line,
  indent: number,
  inside: 'links' | undefined,
  present: ReadonlySet<string>,
): FrontmatterCursor {
  const name = /^[\w-]*/.exec(line.text.slice(indent))?.[0] ?? '';
  const start = line.start + indent;
  const hasColon = /^\s*:/.test(line.text.slice(indent + name.length));
  return { at: 'key', inside, span: { start, end: start + name.length }, name, hasColon, present };
}

function topLevelKeys(lines: readonly Line[], except: number): Set<string> {
  const keys = lines.flatMap(({ text }, index) => {
    const key = index === except ? undefined : topLevelEntry.exec(text)?.[1];
    return key === undefined ? [] : [key];
  });
  return new Set(keys);
}

/** A key of `- title: …`, `  url: …` below `links:`. */
function linkCursor(lines: readonly Line[], index: number, offset: number): FrontmatterCursor | undefined {
  const line = lines[index];
  const [lead = ''] = /^[ \t]*(?:- +)?/.exec(line?.text ?? '') ?? [];
  if (!line || lead === '' || !/^[\w-]*\s*(?::|$)/.test(line.text.slice(lead.length))) return undefined;
  const name = /^[\w-]*/.exec(line.text.slice(lead.length))?.[0] ?? '';
  const column = offset - line.start;
  if (column < lead.length || column > lead.length + name.length) return undefined;
  const parent = lines.slice(0, index).findLast(({ text }) => /^[^\s#-]/.test(text));
  if (parent === undefined || !/^links\s*:/.test(parent.text)) return undefined;
  return keyCursor(line, lead.length, 'links', keysOfEntry(lines, index));
}

/** The keys beside a line of a list's entry: from its dash to the next one. */
function keysOfEntry(lines: readonly Line[], index: number): Set<string> {
  const isNested = ({ text }: Line) => /^\s/.test(text) || text.startsWith('-');
  const startsEntry = ({ text }: Line) => /^\s*-(?:\s|$)/.test(text);
  const keys = new Set<string>();
  const add = ({ text }: Line) => keys.add(/^\s*(?:- +)?([\w-]+)\s*:/.exec(text)?.[1] ?? '');
  for (let at = index; at > 0; at -= 1) {
    const line = lines[at];
    if (!line || !isNested(line)) break;
    if (at !== index) add(line);
    if (startsEntry(line)) break;
  }
  for (const line of lines.slice(index + 1)) {
    if (!isNested(line) || startsEntry(line)) break;
    add(line);
  }
  keys.delete('');
  return keys;
}

/** @param from where the colon ends, as a column of the line */
function valueSpanIn({ text, start }: Line, from: number): TextSpan {
  const written = text.slice(from);
  const blanks = /^[ \t]*/.exec(written)?.[0].length ?? 0;
  const quoted = /^(?:"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?)/.exec(written.slice(blanks))?.[0];
  const value =
    quoted ??
    written
      .slice(blanks)
      .replace(/(?:^|[ \t])#.*$/, '')
      .trimEnd();
  const valueStart = start + from + (value === '' ? Math.min(blanks, 1) : blanks);
  return { start: valueStart, end: valueStart + value.length };
}
