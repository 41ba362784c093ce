import type { YamlEntry, YamlNode } from './yamlNodes';
import type { TextSpan } from './textEdit';

/**
 * Where the value of an entry is written, without blanks or comments around it. A value that starts below its key, and
 * an empty one, starts right after the colon.
 *
 * @returns undefined for an alias, an anchor or a tag: what these stand for is written elsewhere
 */
export function valueSpan({ key, value }: YamlEntry, text: string): TextSpan | undefined {
  const colon = text.indexOf(':', key.end);
  if (colon === -1) return undefined;
  const afterColon = colon + 1;
  if (value === undefined) return { start: afterColon, end: afterColon };
  const blanks = /^[ \t]*/.exec(text.slice(afterColon))?.[0].length ?? 0;
  const first = text.charAt(afterColon + blanks);
  if (first !== '' && '*&!'.includes(first)) return undefined;
  if (value.kind === null) return { start: afterColon, end: afterColon };
  const below = first === '' || '\r\n#'.includes(first);
  return { start: below ? afterColon : afterColon + blanks, end: contentEnd(value, text) };
}

/** The text that sets the value of an entry: with a blank, where none stands between colon and value yet. */
export function spacedValue(span: TextSpan, text: string, written: string): string {
  return text[span.start - 1] === ':' ? ` ${written}` : written;
}

export function keySpan({ key }: YamlEntry, text: string): TextSpan {
  const written = text.slice(key.start, key.end);
  const start = key.start + written.length - written.trimStart().length;
  return { start, end: start + written.trim().length };
}

function contentEnd(node: YamlNode, text: string): number {
  const written = text.slice(node.start, node.end);
  const last = node.kind !== 'scalar' && !/^\s*[[{]/.test(written) ? node.children.at(-1) : undefined;
  return last ? contentEnd(last, text) : node.start + written.trimEnd().length;
}
