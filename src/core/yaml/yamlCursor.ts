import type { TextSpan } from './textEdit';

/** What stands at an offset of a YAML file that is perhaps still being typed. */
export type YamlCursor = YamlKeyCursor | YamlValueCursor;

export interface YamlKeyCursor {
  readonly at: 'key';
  /** The mapping it belongs to; empty for the top level. For an entry of a list, the list. */
  readonly parent: readonly string[];
  readonly span: TextSpan;
  readonly name: string;
  readonly hasColon: boolean;
  /** Keys of the same mapping, without this one, and what is written behind them on their line. */
  readonly present: ReadonlyMap<string, string>;
  /** Blanks before the key; a dash counts as one. */
  readonly indent: number;
  /** True for a key of a mapping that is an entry of a list. */
  readonly inItem: boolean;
}

export interface YamlValueCursor {
  readonly at: 'value';
  /** Of the key; for an item of a list, of the list. */
  readonly path: readonly string[];
  readonly span: TextSpan;
  /** As for a key: the other keys of the mapping. */
  readonly present: ReadonlyMap<string, string>;
}

interface Line {
  readonly text: string;
  /** Of what is written, behind a dash. */
  readonly indent: number;
  /** The column of its dash; Infinity without one. */
  readonly dash: number;
  readonly key: string | undefined;
  readonly value: string;
}

/**
 * Reads lines and their indentation, since the YAML of a half-typed line can rarely be parsed. Mappings in braces are
 * taken as values.
 *
 * @param holdsMappings says of the path of a list that its entries are mappings: what is typed behind a dash there is a key
 * @returns undefined in comments and in places that nothing is known about
 */
export function yamlCursor(
  text: string,
  offset: number,
  holdsMappings: (list: readonly string[]) => boolean = () => false,
): YamlCursor | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const nextBreak = text.indexOf('\n', offset);
  const before = text.slice(0, lineStart).split('\n').slice(0, -1).map(readLine);
  const after =
    nextBreak === -1
      ? []
      : text
          .slice(nextBreak + 1)
          .split('\n')
          .map(readLine);
  const raw = text.slice(lineStart, nextBreak === -1 ? text.length : nextBreak).replace(/\r$/, '');
  const column = Math.min(offset - lineStart, raw.length);
  if (/(?:^|\s)#/.test(raw.slice(0, column)) || /^ *-$/.test(raw)) return undefined;

  const entry = entryLine.exec(raw);
  const [lead] = leadOf.exec(raw) ?? [''];
  const dash = dashOf(lead);
  if (dash !== Infinity && column < lead.length) return undefined;
  if (dash !== Infinity && !entry) {
    const path = listAt(before, dash);
    if (path === undefined) return undefined;
    if (!holdsMappings(path)) {
      return { at: 'value', path, span: valueIn(raw, lead.length, lineStart), present: new Map() };
    }
  }
  const word = entry?.[2] ?? /^[\w.-]*/.exec(raw.slice(lead.length))?.[0] ?? '';
  const keyEnd = lead.length + word.length;
  const depth = raw.trim() === '' ? column : lead.length;
  const isNested = dash !== Infinity;
  const { present, inItem } = mappingAround(isNested ? [] : before, after, depth);
  if (entry && column > keyEnd) {
    const span = valueIn(raw, keyEnd + (entry[3]?.length ?? 0), lineStart);
    return { at: 'value', path: [...parentOf(before, depth), unquoted(word)], span, present };
  }
  if (!entry && !/^[\w.-]*\s*$/.test(raw.slice(lead.length))) return undefined;
  return {
    at: 'key',
    parent: parentOf(before, depth),
    span: { start: lineStart + depth, end: lineStart + depth + word.length },
    name: unquoted(word),
    hasColon: entry !== null,
    present,
    indent: depth,
    inItem: isNested || inItem,
  };
}

const leadOf = /^ *(?:- +)?/;
const entryLine = /^( *(?:- +)?)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#:'"\-[\]{}&*!|>][^\s:#]*)(\s*:)(?=\s|$)/;

function readLine(text: string): Line {
  const entry = entryLine.exec(text);
  const [lead] = leadOf.exec(text) ?? [''];
  return {
    text,
    indent: lead.length,
    dash: /^ *-\s*$/.test(text) ? text.indexOf('-') : dashOf(lead),
    key: entry?.[2] === undefined ? undefined : unquoted(entry[2]),
    value: entry ? unquoted(writtenValue(text.slice(entry[0].length))) : '',
  };
}

function dashOf(lead: string): number {
  const dash = lead.indexOf('-');
  return dash === -1 ? Infinity : dash;
}

/** The keys above with ever less indentation. */
function parentOf(before: readonly Line[], indent: number): string[] {
  const path: string[] = [];
  let depth = indent;
  for (const line of [...before].reverse()) {
    if (depth === 0) break;
    if (line.key === undefined || line.indent >= depth) continue;
    path.unshift(line.key);
    depth = line.indent;
  }
  return path;
}

/** The list that a dash belongs to: lists may stand as deep as their key. */
function listAt(before: readonly Line[], dash: number): string[] | undefined {
  const holder = before.findLast(({ indent, key }) => key !== undefined && indent <= dash);
  if (holder?.key === undefined) return undefined;
  return [...parentOf(before.slice(0, before.lastIndexOf(holder)), holder.indent), holder.key];
}

/**
 * Keys above and below with the same indentation, as far as nothing with less, and no dash of the same list, stands
 * between.
 */
function mappingAround(
  before: readonly Line[],
  after: readonly Line[],
  indent: number,
): { present: Map<string, string>; inItem: boolean } {
  const present = new Map<string, string>();
  let inItem = false;
  const add = ({ key, value, indent: depth }: Line) => {
    if (depth === indent && key !== undefined) present.set(key, value);
  };
  const written = (lines: readonly Line[]) => lines.filter(({ text }) => !/^\s*(?:#|$)/.test(text));
  for (const line of written(before).reverse()) {
    if (line.indent < indent) break;
    add(line);
    inItem = line.dash < indent && line.indent === indent;
    if (line.dash < indent) break;
  }
  for (const line of written(after)) {
    if (line.indent < indent || line.dash < indent) break;
    add(line);
  }
  return { present, inItem };
}

function valueIn(raw: string, from: number, lineStart: number): TextSpan {
  const written = raw.slice(from);
  const blanks = /^[ \t]*/.exec(written)?.[0].length ?? 0;
  const value = writtenValue(written);
  const start = lineStart + from + (value === '' ? Math.min(blanks, 1) : blanks);
  return { start, end: start + value.length };
}

/** Without blanks and comment. */
function writtenValue(written: string): string {
  return written
    .trimStart()
    .replace(/(?:^|[ \t])#.*$/, '')
    .trimEnd();
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}
