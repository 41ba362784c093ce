import { plainScalar } from '../../yaml/plainScalar';

// What the YAML library would refuse or treat specially. A class of code units is several times faster than \p{Cc}, and this
// looks at every character.
// eslint-disable-next-line no-control-regex
const unusual = /[\0-\t\v-\x1f\x7f-\x9f\ufeff\ufffe\uffff]/;
const specialStart = new Set('-?:,[]{}#&*!|>\'"%@`= ');
const listItem = /^ *- /;
const specialKey = /^(?:true|false|null)$/i;

/**
 * Reads the frontmatter that nearly every file has: one `key: value` a line, plain or quoted on that line, lists of
 * quoted texts or of such lines. It reads less than YAML and never differently: whatever is not plainly of that form gives undefined,
 * and the YAML library reads it. A property test holds the two together.
 */
export function quickFrontmatter(yaml: string): Record<string, unknown> | undefined {
  const text = yaml.includes('\r') ? yaml.replaceAll('\r\n', '\n') : yaml;
  if (isUnusual(text)) return undefined;
  const values: Record<string, unknown> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line === '' || line.startsWith('#')) continue;
    const entry = readEntry(line, values);
    if (!entry) return undefined;
    if (entry.written === '' && listItem.test(lines[at + 1] ?? '')) {
      const list = readBlockList(lines, at + 1);
      if (!list) return undefined;
      values[entry.key] = list.items;
      at = list.next - 1;
    } else if (!setInline(values, entry)) return undefined;
  }
  return Object.keys(values).length > 0 ? values : undefined;
}

function isUnusual(text: string): boolean {
  return unusual.test(text) || !text.isWellFormed();
}

interface Entry {
  readonly key: string;
  /** What follows the colon, without blanks around it. */
  readonly written: string;
}

/** A line `key: …` whose key is plain, and new to the mapping. */
function readEntry(line: string, mapping: Readonly<Record<string, unknown>>): Entry | undefined {
  const end = keyEnd(line);
  const key = line.slice(0, end);
  const rest = line.slice(end + 1);
  if (end < 1 || (rest !== '' && rest[0] !== ' ')) return undefined;
  if (specialKey.test(key) || Object.hasOwn(mapping, key)) return undefined;
  return { key, written: trimBlanks(rest) };
}

/** Where the colon stands after a key of ASCII letters, digits, `_` and `-` that begins with a letter; -1 when there is none. */
function keyEnd(line: string): number {
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code === 0x3a) return at;
    const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    const isInner = (code >= 0x30 && code <= 0x39) || code === 0x5f || code === 0x2d;
    if (!isLetter && (at === 0 || !isInner)) return -1;
  }
  return -1;
}

function setInline(mapping: Record<string, unknown>, { key, written }: Entry): boolean {
  const value = readInline(written);
  mapping[key] = value;
  return value !== undefined;
}

/** A scalar or a flow list of quoted texts; undefined when it is not plainly one of these. */
function readInline(written: string): unknown {
  const first = written[0];
  if (first === '"' || first === "'") return readQuoted(written);
  if (first === '[') return readFlowList(written);
  return readPlain(written);
}

function readQuoted(written: string): string | undefined {
  const quote = written[0];
  if (written.length < 2 || written.at(-1) !== quote) return undefined;
  const inner = written.slice(1, -1);
  const escapes = quote === '"' ? inner.includes('"') || inner.includes('\\') : inner.includes("'");
  return escapes ? undefined : inner;
}

/** True when the text, written without quotes as a value on its key's line, reads back as itself. */
export function isPlainText(text: string): boolean {
  return !isUnusual(text) && !text.includes('\n') && trimBlanks(text) === text && readPlain(text) === text;
}

function readPlain(written: string): unknown {
  if (specialStart.has(written[0] ?? '')) return undefined;
  if (written.includes(': ') || written.includes(' #') || written.endsWith(':')) return undefined;
  return plainScalar(written);
}

function readFlowList(written: string): string[] | undefined {
  if (written === '[]') return [];
  if (written.at(-1) !== ']') return undefined;
  const items: string[] = [];
  for (const part of written.slice(1, -1).split(',')) {
    const item = trimBlanks(part);
    if (item[0] !== '"' && item[0] !== "'") return undefined;
    const value = readQuoted(item);
    if (value === undefined) return undefined;
    items.push(value);
  }
  return items;
}

/** Lines `- "text"` or `- key: value` with one indentation, from `start` to the next line of another form. */
function readBlockList(
  lines: readonly string[],
  start: number,
): { items: unknown[]; next: number } | undefined {
  const indent = /^ */.exec(lines[start] ?? '')?.[0] ?? '';
  const items: unknown[] = [];
  let at = start;
  while (at < lines.length && lines[at]?.startsWith(`${indent}- `)) {
    const written = trimBlanks(lines[at]?.slice(indent.length + 2) ?? '');
    if (written[0] === '"' || written[0] === "'") {
      const text = readQuoted(written);
      if (text === undefined) return undefined;
      items.push(text);
      at += 1;
    } else {
      const map = readListedMap(lines, at, `${indent}  `);
      if (!map) return undefined;
      items.push(map.value);
      at = map.next;
    }
  }
  return { items, next: at };
}

/** `- key: value`, and the lines `key: value` below it that start under its first key. */
function readListedMap(
  lines: readonly string[],
  start: number,
  indent: string,
): { value: Record<string, unknown>; next: number } | undefined {
  const value: Record<string, unknown> = {};
  let at = start;
  for (let line = lines[at] ?? ''; at === start || line.startsWith(indent); line = lines[at] ?? '') {
    const entry = readEntry(line.slice(indent.length), value);
    if (!entry || !setInline(value, entry)) return undefined;
    at += 1;
  }
  return { value, next: at };
}

/** YAML's blank is the space alone (tabs never get here); `trim` would take much more. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === ' ') start += 1;
  while (end > start && text[end - 1] === ' ') end -= 1;
  return text.slice(start, end);
}
