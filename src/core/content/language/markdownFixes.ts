import { isDeepStrictEqual } from 'node:util';
import { findingProblems, isMapping, type Finding, type Mapping } from '../config/configFinding';
import { editFrontmatter } from '../markdown/editFrontmatter';
import { frontmatterLine, splitFrontmatter } from '../markdown/frontmatter';
import { readFrontmatterFields } from '../markdown/frontmatterFields';
import { parseMarkdown } from '../markdown/parseMarkdown';
import { readYaml } from '../../yaml/readYaml';
import { doubleQuoted } from '../markdown/writeScalar';
import { mappingEntries, yamlNodes, type YamlEntry } from '../../yaml/yamlNodes';
import type { ContentFix, FixChange, FixContext } from './contentFix';
import { frontmatterChange } from './frontmatterChange';
import { defaultOf, requiredKeys } from './frontmatterDefaults';
import { applyEdit, smallestEdit, type TextEdit } from '../../yaml/textEdit';
import { keySpan, spacedValue, valueSpan } from '../../yaml/yamlSpan';

/**
 * A fix for each problem of a content file that has one right answer. Each edit is tried before it is offered: the text
 * reads back with the new value, and with every other value as it was.
 */
export function markdownFixes(text: string, context: FixContext): ContentFix[] {
  const split = splitFrontmatter(text);
  if ('fault' in split) return split.fault === 'missing' ? addFrontmatter(text, context) : [];
  const read = readYaml(split.yaml);
  if ('fault' in read) return [];
  const mapping = read.value ?? {};
  if (!isMapping(mapping)) return [];
  const { findings, excluded } = readFrontmatterFields(mapping, context.source);
  const all = excluded ? [...findings, excluded] : findings;
  const problems = findingProblems(all, split.yaml, context.path, frontmatterLine);
  const written = (key: string) => writtenScalar(split.yaml, key);
  const given = { ...context, body: split.body, written };
  return all.flatMap((finding, index) => {
    const problem = problems[index];
    const change = frontmatterChange(finding, mapping, given);
    const edited = change && editedYaml({ yaml: split.yaml, eol: split.eol, mapping }, change, finding);
    if (!problem || !change || edited === undefined) return [];
    return [{ problem, change, edit: smallestEdit(split.yaml, edited, split.yamlStart) }];
  });
}

interface ReadFrontmatter {
  readonly yaml: string;
  readonly eol: string;
  readonly mapping: Mapping;
}

function editedYaml(read: ReadFrontmatter, change: FixChange, { at }: Finding): string | undefined {
  const edited = withChange(read, change, String(at[0]));
  const after = edited === undefined ? undefined : readYaml(edited);
  if (edited === undefined || after === undefined || 'fault' in after) return undefined;
  return isDeepStrictEqual(after.value, expectedValue(read.mapping, change)) ? edited : undefined;
}

function withChange({ yaml, eol, mapping }: ReadFrontmatter, change: FixChange, key: string) {
  if (change.kind === 'addFrontmatter') return undefined;
  // A mapping without a key is no mapping to the parser, so its first line is written, not edited in.
  if (change.kind === 'addKey' && Object.keys(mapping).length === 0) {
    return `${yaml}${change.key}: ${doubleQuoted(change.value)}${eol}`;
  }
  if (change.kind === 'renameKey') {
    const entry = entryOf(yaml, key);
    return entry && applyEdit(yaml, { ...keySpan(entry, yaml), text: change.to });
  }
  if (change.kind === 'setValue' && typeof mapping[key] === 'object') {
    const edit = overCollection(yaml, key, change.value);
    return edit && applyEdit(yaml, edit);
  }
  return editFrontmatter(yaml, new Map([[change.key, writtenValue(change)]]), eol);
}

/** A list gives way to a text on its key's line. */
function overCollection(yaml: string, key: string, value: string): TextEdit | undefined {
  const entry = entryOf(yaml, key);
  const span = entry && valueSpan(entry, yaml);
  return span && { ...span, text: spacedValue(span, yaml, doubleQuoted(value)) };
}

function entryOf(yaml: string, key: string): YamlEntry | undefined {
  const root = yamlNodes(yaml);
  if (root?.kind !== 'mapping') return undefined;
  return mappingEntries(root, yaml).find((entry) => String(entry.key.value) === key);
}

/** A scalar as it is written: `1.0`, where its value is only 1. */
function writtenScalar(yaml: string, key: string): string | undefined {
  const entry = entryOf(yaml, key);
  const span = entry && valueSpan(entry, yaml);
  return span && yaml.slice(span.start, span.end);
}

function writtenValue(change: Extract<FixChange, { value: string }>): string | boolean {
  return change.key === 'public' ? change.value === 'true' : change.value;
}

function expectedValue(mapping: Mapping, change: FixChange): Mapping {
  if (change.kind === 'addFrontmatter') return mapping;
  if (change.kind !== 'renameKey') return { ...mapping, [change.key]: writtenValue(change) };
  const { [change.from]: value, ...others } = mapping;
  return { ...others, [change.to]: value };
}

/** Every required key with its default in front of a text that has no frontmatter yet. */
function addFrontmatter(text: string, context: FixContext): ContentFix[] {
  const parsed = parseMarkdown(text, context.path, context.source);
  const [problem] = 'problems' in parsed ? parsed.problems : [];
  if (problem?.rule !== 'frontmatterMissing') return [];
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const given = { ...context, body: text };
  const keys = context.source.defaultAuthor === undefined ? [...requiredKeys, 'author'] : requiredKeys;
  const lines = keys.map((key) => `${key}: ${doubleQuoted(defaultOf(key, given) ?? '')}`);
  const edit = { start: 0, end: 0, text: ['---', ...lines, '---', '', ''].join(eol) };
  return [{ problem, change: { kind: 'addFrontmatter' }, edit }];
}
