import { isDeepStrictEqual } from 'node:util';
import type { ContentProblem } from '../../models/content';
import { isMapping, valueAt, type Mapping } from '../config/configFinding';
import { parseContentConfig } from '../config/contentConfig';
import type { ContentConfigPlace } from '../config/contentSource';
import { readYaml } from '../../yaml/readYaml';
import { configChange, type ConfigChange } from './configChange';
import { locatedEntries, type LocatedEntry } from './configEntries';
import type { ContentFix } from './contentFix';
import { applyEdit, smallestEdit, type TextEdit } from '../../yaml/textEdit';
import { keySpan, spacedValue, valueSpan } from '../../yaml/yamlSpan';

/**
 * A fix for each problem of a content config that has one right answer. Each edit is tried before it is offered, as in
 * `markdownFixes`.
 */
export function configFixes(document: string, place: ContentConfigPlace): ContentFix[] {
  const bom = document.startsWith('\ufeff') ? 1 : 0;
  const text = document.slice(bom);
  const read = readYaml(text);
  if ('fault' in read || !isMapping(read.value)) return [];
  const root = read.value;
  const { problems } = parseContentConfig(text, place);
  const entries = problems.length === 0 ? [] : locatedEntries(text);
  return problems.flatMap((problem) => {
    const located = entryAt(entries, problem);
    const change = located && configChange(problem, located.path, root, writtenValue(text, located));
    const edited = change && editedConfig(text, located, change);
    if (!change || edited === undefined || !saysExactly(edited, root, located, change)) return [];
    return [{ problem, change: change.shown, edit: smallestEdit(text, edited, bom) }];
  });
}

function entryAt(entries: readonly LocatedEntry[], { line, column }: ContentProblem) {
  return entries.find((entry) => entry.line === line && entry.column === column);
}

function writtenValue(text: string, { entry }: LocatedEntry): string | undefined {
  const span = valueSpan(entry, text);
  return span && text.slice(span.start, span.end);
}

function editedConfig(text: string, located: LocatedEntry, change: ConfigChange): string | undefined {
  const edit = editOf(text, located, change);
  return edit && applyEdit(text, edit);
}

function editOf(
  text: string,
  { entry }: LocatedEntry,
  { shown, written }: ConfigChange,
): TextEdit | undefined {
  if (shown.kind === 'renameKey') return { ...keySpan(entry, text), text: shown.to };
  if (shown.kind === 'addKey') return firstChild(text, entry, `${shown.key}: ${written}`);
  const span = valueSpan(entry, text);
  return span && { ...span, text: spacedValue(span, text, written) };
}

/** A line in front of the first entry of a mapping, or below a key that has no value yet. */
function firstChild(text: string, entry: LocatedEntry['entry'], line: string): TextEdit | undefined {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const first = entry.value?.kind === 'mapping' ? entry.value.children[0] : undefined;
  const parent = keySpan(entry, text).start;
  if (first === undefined) {
    const span = valueSpan(entry, text);
    if (span === undefined) return undefined;
    const value = text.slice(span.start, span.end);
    if (value === '') {
      const indent = ' '.repeat(parent - lineStart(text, parent) + 2);
      return { ...span, text: `${eol}${indent}${line}` };
    }
    return /^\{\s*\}$/.test(value) ? { ...span, text: `{ ${line} }` } : undefined;
  }
  const key = first.start + (/^\s*/.exec(text.slice(first.start, first.end))?.[0].length ?? 0);
  const start = lineStart(text, key);
  const indent = text.slice(start, key);
  if (/\{\s*$/.test(indent)) return { start: key, end: key, text: `${line}, ` };
  if (indent.trim() !== '') return undefined;
  return { start, end: start, text: `${indent}${line}${eol}` };
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** True when the edited text says what was wanted at the place of the change, and all else as before. */
function saysExactly(
  edited: string,
  root: Mapping,
  { path }: LocatedEntry,
  { shown, value }: ConfigChange,
): boolean {
  const after = readYaml(edited);
  if ('fault' in after) return false;
  const wanted = structuredClone(root);
  const holder = shown.kind === 'addKey' ? path : path.slice(0, -1);
  const outer = valueAt(wanted, holder.slice(0, -1)) as Record<string, unknown>;
  const name = holder.at(-1);
  const target = (name === undefined ? wanted : (outer[name] ??= {})) as Record<string, unknown>;
  const key = shown.kind === 'addKey' ? shown.key : (path.at(-1) ?? '');
  if (shown.kind === 'renameKey') {
    target[shown.to] = target[key];
    delete target[key];
  } else target[key] = value;
  return isDeepStrictEqual(after.value, wanted);
}
