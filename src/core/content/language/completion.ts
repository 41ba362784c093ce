import { isPlainText } from '../markdown/quickFrontmatter';
import { doubleQuoted } from '../markdown/writeScalar';
import type { TextSpan } from '../../yaml/textEdit';

/** Something that can be written at the cursor. */
export interface Completion {
  readonly kind: 'key' | 'value';
  readonly label: string;
  /** Replaces the span; `$1` marks a place to type in, when `isSnippet`. */
  readonly insert: string;
  readonly isSnippet: boolean;
  readonly replace: TextSpan;
  /** What is compared with the text in the span while typing. */
  readonly filter: string;
}

/** Values in place of what stands in the span, in its quotes where it has some. */
export function valueCompletions(
  values: Iterable<string>,
  span: TextSpan,
  text: string,
  write: (value: string) => string = writtenScalar,
): Completion[] {
  const [quote = ''] = /^["']/.exec(text.slice(span.start, span.end)) ?? [];
  const before = text[span.start - 1] === ':' ? ' ' : '';
  const after = text[span.end] === '#' ? ' ' : '';
  return [...new Set(values)].map((value) => ({
    kind: 'value',
    label: value,
    insert: before + (quote === '' || isLiteral(value) ? write(value) : inQuotes(value, quote)) + after,
    isSnippet: false,
    replace: span,
    filter: quote + value,
  }));
}

/** Plain where that says the same, in double quotes otherwise. */
export function writtenScalar(value: string): string {
  return isLiteral(value) || isPlainText(value) ? value : doubleQuoted(value);
}

/** Switches and numbers would be texts in quotes. */
function isLiteral(value: string): boolean {
  return value === 'true' || value === 'false' || /^\d\.\d$/.test(value);
}

function inQuotes(value: string, quote: string): string {
  return quote === "'" ? `'${value.replaceAll("'", "''")}'` : doubleQuoted(value);
}
