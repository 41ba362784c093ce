import { positionsIn, type YamlPath } from '../../yaml/locateYaml';
import { mappingEntries, yamlNodes, type YamlEntry, type YamlNode } from '../../yaml/yamlNodes';
import { keySpan } from '../../yaml/yamlSpan';

/** An entry of a mapping somewhere in a YAML text. */
export interface LocatedEntry {
  /** Ends with the entry's own key. */
  readonly path: readonly string[];
  readonly entry: YamlEntry;
  /** Of its key, from 1. */
  readonly line: number;
  readonly column: number;
}

/** Nothing that the config knows lies deeper. */
const maxDepth = 6;

/** The entries of all mappings of a readable text, outer ones first; mappings inside lists are left out. */
export function locatedEntries(text: string): LocatedEntry[] {
  const toPosition = positionsIn(text);
  const found: LocatedEntry[] = [];
  const visit = (mapping: YamlNode | undefined, at: YamlPath) => {
    if (mapping?.kind !== 'mapping' || at.length > maxDepth) return;
    for (const entry of mappingEntries(mapping, text)) {
      const path = [...at, entry.key.value].map(String);
      found.push({ path, entry, ...toPosition(keySpan(entry, text).start) });
      visit(entry.value, path);
    }
  };
  visit(yamlNodes(text), []);
  return found;
}
