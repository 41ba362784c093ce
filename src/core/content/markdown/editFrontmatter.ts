import { isDeepStrictEqual } from 'node:util';
import type { ContentLink } from '../../models/content';
import { doubleQuoted, scalarLike } from './writeScalar';
import { mappingEntries, yamlNodes, type YamlEntry, type YamlNode } from '../../yaml/yamlNodes';

export type FrontmatterValue = string | boolean | null | readonly ContentLink[];

/**
 * Sets keys of a frontmatter and leaves every other character as it is: unknown keys, comments, key order, quotes and
 * line ends. A key that is missing is appended as a line.
 *
 * @param yaml the text between the fences; it has been read without a fault
 * @param values by frontmatter key; values that the text already says are left alone
 * @returns undefined when keys cannot be appended, because the mapping is written as `{…}`
 */
export function editFrontmatter(
  yaml: string,
  values: ReadonlyMap<string, FrontmatterValue>,
  eol: string,
): string | undefined {
  const root = yamlNodes(yaml);
  if (root?.kind !== 'mapping') return undefined;
  const entries = mappingEntries(root, yaml);
  const isFlow = yaml[root.start] === '{';
  const edits: Edit[] = [];
  const appended: string[] = [];
  for (const [key, value] of values) {
    const entry = entries.find((candidate) => String(candidate.key.value) === key);
    if (!entry?.value) {
      if (isFlow || entry) return undefined;
      const indent = ' '.repeat(root.start - (yaml.lastIndexOf('\n', root.start - 1) + 1));
      appended.push(`${indent}${key}:${newValue(value, indent, eol)}${eol}`);
    } else if (!isDeepStrictEqual(entry.value.value, value))
      edits.push(...editsOf(entry, value, { yaml, eol, isFlow }));
  }
  return applyEdits(yaml, edits) + appended.join('');
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Surroundings {
  readonly yaml: string;
  readonly eol: string;
  readonly isFlow: boolean;
}

function editsOf({ key, value: node }: YamlEntry, value: FrontmatterValue, around: Surroundings): Edit[] {
  if (!node) return [];
  if (typeof value === 'object' && value !== null) return linkEdits(key, node, value, around);
  const region = regionOf(node, around.yaml);
  const original = around.yaml.slice(region.start, region.end);
  const text = scalarText(original, value, around);
  return [{ ...region, text: original === '' ? ` ${text}` : text }];
}

function scalarText(original: string, value: string | boolean | null, { eol, isFlow }: Surroundings): string {
  if (typeof value !== 'string') return String(value);
  return isFlow ? doubleQuoted(value) : scalarLike(original, value, eol);
}

/** A list in brackets stays one; a block list keeps its indentation. */
function linkEdits(
  key: YamlNode,
  node: YamlNode,
  links: readonly ContentLink[],
  around: Surroundings,
): Edit[] {
  const { yaml, eol, isFlow } = around;
  const region = regionOf(node, yaml);
  if (isFlow || yaml[region.start] === '[') return [{ ...region, text: flowLinks(links) }];
  const first = node.children[0];
  if (node.kind !== 'sequence' || !first) {
    const indent = indentAt(yaml, key.start);
    return [{ ...region, text: links.length === 0 ? ' []' : blockLinks(links, `${indent}  `, eol) }];
  }
  const listStart = yaml.lastIndexOf('\n', first.start) + 1;
  const lineBefore = listStart - (yaml[listStart - 2] === '\r' ? 2 : 1);
  if (links.length > 0)
    return [
      { start: lineBefore, end: region.end, text: blockLinks(links, indentAt(yaml, first.start), eol) },
    ];
  return [
    { start: node.start, end: node.start, text: ' []' },
    { start: lineBefore, end: region.end, text: '' },
  ];
}

/** The characters of a value itself: without blanks around it, and without comments after it. */
function regionOf(node: YamlNode, yaml: string): { start: number; end: number } {
  if (node.kind === null) return emptyRegion(node, yaml);
  const written = yaml.slice(node.start, node.end);
  const start = node.start + (written.length - written.trimStart().length);
  return { start, end: Math.max(start, contentEnd(node, yaml)) };
}

/** An alias, a lone tag, or nothing at all: then the place right after the colon. */
function emptyRegion(node: YamlNode, yaml: string): { start: number; end: number } {
  const [all = '', written = ''] = /^[ \t]*([*!&]\S*)?/.exec(yaml.slice(node.start, node.end)) ?? [];
  if (written === '') return { start: node.start, end: node.start };
  return { start: node.start + all.length - written.length, end: node.start + all.length };
}

function contentEnd(node: YamlNode, yaml: string): number {
  const isBlockCollection = node.kind !== 'scalar' && !/^\s*[[{]/.test(yaml.slice(node.start, node.end));
  const last = isBlockCollection ? node.children.at(-1) : undefined;
  if (last) return regionOf(last, yaml).end;
  return node.start + yaml.slice(node.start, node.end).trimEnd().length;
}

function newValue(value: FrontmatterValue, indent: string, eol: string): string {
  if (typeof value === 'string') return ` ${doubleQuoted(value)}`;
  if (typeof value !== 'object' || value === null) return ` ${value}`;
  return value.length === 0 ? ' []' : blockLinks(value, `${indent}  `, eol);
}

/** Starts with the line end that closes the key's line; has none at its own end. */
export function blockLinks(links: readonly ContentLink[], indent: string, eol: string): string {
  const lines = links.flatMap(({ title, url }) => [
    `${indent}- title: ${doubleQuoted(title)}`,
    `${indent}  url: ${doubleQuoted(url)}`,
  ]);
  return lines.map((line) => eol + line).join('');
}

function flowLinks(links: readonly ContentLink[]): string {
  const items = links.map(
    ({ title, url }) => `{"title": ${doubleQuoted(title)}, "url": ${doubleQuoted(url)}}`,
  );
  return `[${items.join(', ')}]`;
}

/** The blanks before the first character of the line; a list's dash is not part of them. */
function indentAt(yaml: string, offset: number): string {
  const lineStart = yaml.lastIndexOf('\n', offset - 1) + 1;
  return /^ */.exec(yaml.slice(lineStart))?.[0] ?? '';
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = text;
  // From the last to the first, so that offsets stay true; what starts at one place is removed before it is inserted.
  const lastFirst = [...edits].sort((left, right) => right.start - left.start || right.end - left.end);
  for (const { start, end, text: replacement } of lastFirst) {
    result = result.slice(0, start) + replacement + result.slice(end);
  }
  return result;
}
