import { isPlainText } from './quickFrontmatter';

/** What the server's YAML reader refuses unescaped (data.md 0), beyond what JSON escapes anyway. */
const refusedRaw = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** A text in double quotes: JSON's strings are YAML's, so every text can be said this way. */
export function doubleQuoted(text: string): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text).replace(refusedRaw, escaped);
}

/**
 * A text in the style of the scalar that it replaces, where that style can hold it; else in double quotes.
 *
 * @param original the scalar as written: plain, quoted, or a block with its header
 * @param eol the file's line end, for a block
 */
export function scalarLike(original: string, text: string, eol: string): string {
  const style = original[0];
  if (style === "'" && isPrintableLine(text)) return `'${text.replaceAll("'", "''")}'`;
  if (style === '|' || style === '>') return blockScalar(original, style, text, eol) ?? doubleQuoted(text);
  const isPlain = style !== undefined && !'"\'*&!'.includes(style);
  return isPlain && isPlainText(text) ? text : doubleQuoted(text);
}

function blockScalar(original: string, style: '|' | '>', text: string, eol: string): string | undefined {
  const content = text.endsWith('\n') ? text.slice(0, -1) : text;
  const lines = content.split('\n');
  // Folding joins lines, so a folded block is kept only for a text of one line.
  const holds = lines.every(isPrintableLine) && !/^\s|[ \n]$/.test(content) && content !== '';
  if (!holds || (style === '>' && lines.length > 1)) return undefined;
  const indent = /\n( +)\S/.exec(original)?.[1] ?? '  ';
  const header = style + (text.endsWith('\n') ? '' : '-');
  return [header, ...lines.map((line) => (line === '' ? '' : indent + line))].join(eol);
}

function isPrintableLine(text: string): boolean {
  return !/\p{Cc}|[\u2028\u2029\ufeff\ufffe\uffff]/u.test(text);
}
