import type { TextSpan } from './textEdit';

/** What stands at an offset of a config that is perhaps still being typed. */
export type ConfigCursor =
  | {
      readonly at: 'key';
      /** The mapping it belongs to; empty for the top level. */
      readonly parent: readonly string[];
      readonly span: TextSpan;
      readonly name: string;
      readonly hasColon: boolean;
      /** Keys of the same mapping, without this one. */
      readonly present: ReadonlySet<string>;
      /** Blanks before the key. */
      readonly indent: number;
    }
  | {
      readonly at: 'value';
      /** Of the key; for an item of a list, of the list. */
      readonly path: readonly string[];
      readonly span: TextSpan;
    };

interface Line {
  readonly text: string;
  readonly indent: number;
  readonly key: string | undefined;
  readonly isItem: boolean;
}

/**
 * Reads lines and their indentation, since the YAML of a half-typed line can rarely be parsed. Mappings in braces are
 * taken as values.
 *
 * @returns undefined in comments and in places that nothing is known about
 */
export function configCursor(text: string, offset: number): ConfigCursor | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(0, lineStart).split('\n').slice(0, -1).map(readLine);
  const nextBreak = text.indexOf('\n', offset);
  const rest =
    nextBreak === -1
      ? []
      : text
          .slice(nextBreak + 1)
          .split('\n')
          .map(readLine);
  const raw = text.slice(lineStart, nextBreak === -1 ? text.length : nextBreak).replace(/\r$/, '');
  const column = Math.min(offset - lineStart, raw.length);
  if (/(?:^|\s)#/.test(raw.slice(0, column))) return undefined;

  const item = /^( *)- +/.exec(raw);
  if (item) return listItem(before, raw, lineStart, item, column);
  const entry = entryLine.exec(raw);
  const indent = /^ */.exec(raw)?.[0].length ?? 0;
  const name = unquoted(entry?.[2] ?? '');
  const keyEnd = indent + (entry?.[2]?.length ?? 0);
  if (entry && column > keyEnd) {
    const from = keyEnd + (entry[3]?.length ?? 0);
    return { at: 'value', path: [...parentOf(before, indent), name], span: valueIn(raw, from, lineStart) };
  }
  if (!/^ *[\w.-]*(?:\s*:.*)?$/.test(raw) && !entry) return undefined;
  const isBlank = raw.trim() === '';
  const depth = isBlank ? column : indent;
  const word = entry?.[2] ?? /^[\w.-]*/.exec(raw.slice(depth))?.[0] ?? '';
  return {
    at: 'key',
    parent: parentOf(before, depth),
    span: { start: lineStart + depth, end: lineStart + depth + word.length },
    name: unquoted(word),
    hasColon: entry !== null,
    present: siblings(before, rest, depth),
    indent: depth,
  };
}

const entryLine = /^( *)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#:'"\-[\]{}&*!|>][^\s:#]*)(\s*:)(?=\s|$)/;

function readLine(text: string): Line {
  const entry = entryLine.exec(text);
  return {
    text,
    indent: /^ */.exec(text)?.[0].length ?? 0,
    key: entry?.[2] === undefined ? undefined : unquoted(entry[2]),
    isItem: /^ *-(?:\s|$)/.test(text),
  };
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

/** Keys above and below with the same indentation, as far as nothing with less stands between. */
function siblings(before: readonly Line[], after: readonly Line[], indent: number): Set<string> {
  const found = new Set<string>();
  for (const lines of [[...before].reverse(), after]) {
    for (const line of lines) {
      if (/^\s*(?:#|$)/.test(line.text)) continue;
      if (line.indent < indent) break;
      if (line.indent === indent && line.key !== undefined) found.add(line.key);
    }
  }
  return found;
}

/** Lists may stand as deep as their key. */
function listItem(
  before: readonly Line[],
  raw: string,
  lineStart: number,
  [lead, blanks = '']: RegExpExecArray,
  column: number,
): ConfigCursor | undefined {
  if (column < lead.length) return undefined;
  const holder = before.findLast(
    ({ isItem, indent, key }) => !isItem && key !== undefined && indent <= blanks.length,
  );
  if (holder?.key === undefined) return undefined;
  const path = [...parentOf(before.slice(0, before.lastIndexOf(holder)), holder.indent), holder.key];
  return { at: 'value', path, span: valueIn(raw, lead.length, lineStart) };
}

function valueIn(raw: string, from: number, lineStart: number): TextSpan {
  const written = raw.slice(from);
  const blanks = /^[ \t]*/.exec(written)?.[0].length ?? 0;
  const value = written
    .slice(blanks)
    .replace(/(?:^|[ \t])#.*$/, '')
    .trimEnd();
  const start = lineStart + from + (value === '' ? Math.min(blanks, 1) : blanks);
  return { start, end: start + value.length };
}

function unquoted(key: string): string {
  return /^["']/.test(key) ? key.slice(1, -1) : key;
}
