import type { AccessRuleName } from '../../accessControl/accessProblem';
import type { ContentRule } from '../contentProblem';

/** Rules that speak of a key, or of a mapping named by its key, not of what the key says. */
const rulesOfKeys: ReadonlySet<string> = new Set<ContentRule | AccessRuleName>([
  'duplicateKey',
  'requiredMissing',
  'configRequired',
  'configUnknownKey',
  'configLegacyWrapper',
  'unknownKey',
  'missing',
  'noRoles',
]);

/**
 * What to underline of a line for a problem: the key, the value where the problem is about one and it stands on that
 * line, else everything to the line's end.
 *
 * @param line without its line end
 * @param column of the problem, from 1
 * @returns columns from 0, never empty on a line that is not
 */
export function problemSpan(line: string, column: number, rule: string): { start: number; end: number } {
  const lineEnd = line.trimEnd().length;
  const start = Math.min(Math.max(0, column - 1), line.length);
  const rest = line.slice(start);
  const key = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s:#,[\]{}"']+)(?=\s*:(?:\s|$))/.exec(rest)?.[0];
  if (key !== undefined && rulesOfKeys.has(rule)) return { start, end: start + key.length };
  if (key !== undefined && rule !== 'yamlSyntax') {
    const value = valueAfter(rest, key.length);
    return value
      ? { start: start + value.start, end: start + value.end }
      : { start, end: start + key.length };
  }
  if (start < lineEnd) return { start, end: lineEnd };
  if (lineEnd === 0) return { start: 0, end: line.length };
  // Parsers often notice a fault only at the line's end: then the line itself is the best that can be shown.
  return { start: line.length - line.trimStart().length, end: lineEnd };
}

/** The value of `key: value # comment`, without blanks and comment. */
function valueAfter(text: string, keyEnd: number): { start: number; end: number } | undefined {
  const colon = text.indexOf(':', keyEnd);
  const written = text.slice(colon + 1);
  const start = colon + 1 + written.length - written.trimStart().length;
  const value = text.slice(start);
  const quoted = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')/.exec(value)?.[0];
  const plain = value.replace(/(?:^|\s)#.*$/, '').trimEnd();
  const length = quoted?.length ?? plain.length;
  return length === 0 ? undefined : { start, end: start + length };
}
