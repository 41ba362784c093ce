import type { Position } from '../content/contentProblem';
import { mappingEntries, yamlNodes, type YamlEntry, type YamlNode } from './yamlNodes';

/** Keys and list indices from the root to a value. */
export type YamlPath = readonly (string | number)[];

/**
 * Finds where values of a readable YAML text stand: the place of a value's key, or of the item itself in a list.
 *
 * @returns a function that gives the deepest part of a path that exists; line 1, column 1 when none does
 */
export function yamlLocator(text: string): (path: YamlPath) => Position {
  const root = yamlNodes(text);
  const toPosition = positionsIn(text);
  const known = new Map<YamlNode, Map<string, YamlEntry>>();
  const entriesOf = (mapping: YamlNode) => {
    const entries =
      known.get(mapping) ??
      new Map(mappingEntries(mapping, text).map((entry) => [String(entry.key.value), entry]));
    known.set(mapping, entries);
    return entries;
  };
  return (path) => {
    let node = root;
    let offset = root?.start ?? 0;
    for (const step of path) {
      if (typeof step === 'string') {
        const entry: YamlEntry | undefined = node?.kind === 'mapping' ? entriesOf(node).get(step) : undefined;
        if (!entry) break;
        offset = entry.key.start;
        node = entry.value;
      } else {
        const item: YamlNode | undefined = node?.kind === 'sequence' ? node.children[step] : undefined;
        if (!item) break;
        offset = item.start;
        node = item;
      }
    }
    return toPosition(skipBlank(text, offset));
  };
}

/** @returns a function from an offset to its line and column, from 1; lines end with `\n` or `\r\n` */
export function positionsIn(text: string): (offset: number) => Position {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
  };
}

function skipBlank(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && /[ \t\r\n]/.test(text.charAt(at))) at += 1;
  return at < text.length ? at : offset;
}
