import { valueCompletions, type Completion } from './completion';
import { configCursor, type ConfigCursor } from './configCursor';
import { configKeyAt, type ConfigKey } from './configKeys';
import type { TextSpan } from './textEdit';

export interface ConfigFacts {
  /** Ids of the config's `categories`. */
  readonly categories: readonly string[];
  /** Kinds that sources of the config allow already. */
  readonly kinds: readonly string[];
}

/** What can be written at an offset of the content config: keys that are not there yet, and values that are known. */
export function completeConfig(text: string, offset: number, facts: ConfigFacts): Completion[] {
  const cursor = configCursor(text, offset);
  if (cursor === undefined) return [];
  if (cursor.at === 'key') return keysFor(cursor);
  const key = configKeyAt(cursor.path);
  if (key?.type === 'texts') return listCompletions(text, offset, cursor.span, kindsOf(key, facts));
  return valueCompletions(valuesFor(cursor.path, key, facts), cursor.span, text);
}

function keysFor(cursor: Extract<ConfigCursor, { at: 'key' }>): Completion[] {
  const keys = Object.entries(configKeyAt(cursor.parent)?.keys ?? {});
  return keys
    .filter(([name]) => !cursor.present.has(name))
    .sort(([, left], [, right]) => Number(right.required ?? false) - Number(left.required ?? false))
    .map(([name, key]) => ({
      kind: 'key',
      label: name,
      insert: cursor.hasColon ? name : startOf(name, key, cursor.indent),
      isSnippet: !cursor.hasColon,
      replace: cursor.span,
      filter: name,
    }));
}

/** Mappings go on below, with the keys that they cannot do without. The editor indents snippets by itself. */
function startOf(name: string, { type, keys, entries }: ConfigKey, indent: number): string {
  if (type === 'texts') return `${name}: [$1]`;
  if (type === 'boolean') return `${name}: \${1|true,false|}`;
  if (type !== 'mapping') return `${name}: $1`;
  if (entries !== undefined && indent === 0) return `${name}:\n  $1`;
  const required = Object.entries(keys ?? {}).filter(([, key]) => key.required);
  const lines = required.map(([key], index) => `  ${key}: $${index + 1}`);
  return [`${name}:`, ...(lines.length === 0 ? ['  $1'] : lines)].join('\n');
}

function valuesFor(
  path: readonly string[],
  key: ConfigKey | undefined,
  facts: ConfigFacts,
): readonly string[] {
  if (path.at(-1) === 'category_id') return facts.categories;
  if (path.at(-1) === 'source_id' && path[1] !== undefined) return [path[1]];
  if (path.at(-1) === 'path' && path[1] !== undefined) return [`content/${path[1]}`];
  return key?.values ?? [];
}

function kindsOf(key: ConfigKey, { kinds }: ConfigFacts): readonly string[] {
  return [...new Set([...kinds, ...(key.values ?? [])])];
}

/** Inside brackets one item is completed; a bare colon gets the whole list; behind a dash the item is the value. */
function listCompletions(
  text: string,
  offset: number,
  span: TextSpan,
  kinds: readonly string[],
): Completion[] {
  const original = text.slice(span.start, span.end);
  if (!original.startsWith('[')) {
    const isItem = text[span.start - 1] !== ':' && /^ *- *$/.test(lineBefore(text, span.start));
    return isItem
      ? valueCompletions(kinds, span, text)
      : valueCompletions(kinds, span, text, (kind) => `[${kind}]`);
  }
  const before = text.slice(span.start, offset);
  const [typed = ''] = /[^\s,[\]]*$/.exec(before) ?? [];
  const [rest = ''] = /^[^\s,[\]]*/.exec(text.slice(offset, span.end)) ?? [];
  const others = new Set(original.split(/[[\],]/).map((item) => item.trim()));
  others.delete(typed + rest);
  const item = { start: offset - typed.length, end: offset + rest.length };
  return valueCompletions(
    kinds.filter((kind) => !others.has(kind)),
    item,
    text,
  );
}

function lineBefore(text: string, offset: number): string {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
}
