import { yamlCursor, type YamlKeyCursor } from '../../yaml/yamlCursor';
import { valueCompletions, type Completion } from './completion';
import { configKeyAt, type ConfigKey } from './configKeys';
import { listCompletions } from './listCompletions';

export interface ConfigFacts {
  /** Ids of the config's `categories`. */
  readonly categories: readonly string[];
  /** Kinds that sources of the config allow already. */
  readonly kinds: readonly string[];
}

/** What can be written at an offset of the content config: keys that are not there yet, and values that are known. */
export function completeConfig(text: string, offset: number, facts: ConfigFacts): Completion[] {
  const cursor = yamlCursor(text, offset);
  if (cursor === undefined) return [];
  if (cursor.at === 'key') return keysFor(cursor);
  const key = configKeyAt(cursor.path);
  if (key?.type === 'texts') return listCompletions(text, offset, cursor.span, kindsOf(key, facts));
  return valueCompletions(valuesFor(cursor.path, key, facts), cursor.span, text);
}

function keysFor(cursor: YamlKeyCursor): Completion[] {
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
