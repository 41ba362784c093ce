import yaml from 'js-yaml';
import { yamlSchema } from './yamlSchema';

/** A value of a YAML text as the parser saw it, with offsets into the text. */
export interface YamlNode {
  /** Where the parser began to look for it: blanks, a tag or an anchor may come first. */
  readonly start: number;
  /** Where the parser went on: blanks and comments may come last. */
  readonly end: number;
  /** null for an empty value and for an alias. */
  readonly kind: 'mapping' | 'sequence' | 'scalar' | null;
  readonly value: unknown;
  readonly children: readonly YamlNode[];
}

export interface YamlEntry {
  readonly key: YamlNode;
  /** Undefined for a key without a colon. */
  readonly value: YamlNode | undefined;
}

interface OpenNode {
  start: number;
  end: number;
  kind: YamlNode['kind'];
  value: unknown;
  children: OpenNode[];
}

/**
 * The values of a readable YAML text. Watching the parser costs a second pass, so this is only for texts that are to be
 * edited or that have a problem to report.
 *
 * @returns undefined for a text that cannot be read
 */
export function yamlNodes(text: string): YamlNode | undefined {
  const stream: OpenNode = { start: 0, end: 0, kind: null, value: null, children: [] };
  const open = [stream];
  try {
    yaml.load(text, {
      schema: yamlSchema,
      listener(event, state) {
        if (event === 'open') {
          const node: OpenNode = { ...stream, start: state.position, children: [] };
          open.at(-1)?.children.push(node);
          open.push(node);
          return;
        }
        const kind = state.kind as YamlNode['kind'];
        const node = open.pop();
        if (!node) return;
        Object.assign(node, { end: state.position, kind, value: state.result as unknown });
        if (kind === 'sequence') node.children = node.children.map(innermost);
      },
    });
  } catch (error) {
    // A text that cannot be read has no values; its fault carries a place of its own.
    if (error instanceof Error) return undefined;
    throw error;
  }
  const root = stream.children[0];
  return root && innermost(root);
}

/** The entries of a mapping, in their order. */
export function mappingEntries(mapping: YamlNode, text: string): YamlEntry[] {
  const entries: YamlEntry[] = [];
  const { children } = mapping;
  for (let at = 0; at < children.length; at += 1) {
    const key = children[at];
    const next = children[at + 1];
    if (!key) break;
    // Keys and values arrive in turn; between a key and its value stands a colon, between two keys it does not.
    const value = next && text.slice(key.end, next.start).includes(':') ? next : undefined;
    entries.push({ key, value: value && innermost(value) });
    if (value) at += 1;
  }
  return entries;
}

interface Nesting<Node> extends Pick<YamlNode, 'kind' | 'value'> {
  readonly children: readonly Node[];
}

/** Where the parser tries a value as a key first, the value comes as its own only child. */
function innermost<Node extends Nesting<Node>>(node: Node): Node {
  let inner = node;
  for (let child = inner.children[0]; child; child = inner.children[0]) {
    const isItself = inner.children.length === 1 && child.kind === inner.kind && child.value === inner.value;
    if (!isItself) break;
    inner = child;
  }
  return inner;
}
