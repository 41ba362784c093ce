import type { TextSpan } from '../../yaml/textEdit';
import { valueCompletions, writtenScalar, type Completion } from './completion';

/** Inside brackets one item is completed; a bare colon gets the whole list; behind a dash the item is the value. */
export function listCompletions(
  text: string,
  offset: number,
  span: TextSpan,
  values: readonly string[],
): Completion[] {
  const original = text.slice(span.start, span.end);
  if (!original.startsWith('[')) {
    const isItem = text[span.start - 1] !== ':' && /^ *- *$/.test(lineBefore(text, span.start));
    return isItem
      ? valueCompletions(values, span, text)
      : valueCompletions(values, span, text, (value) => `[${writtenScalar(value)}]`);
  }
  const before = text.slice(span.start, offset);
  const [typed = ''] = /[^\s,[\]]*$/.exec(before) ?? [];
  const [rest = ''] = /^[^\s,[\]]*/.exec(text.slice(offset, span.end)) ?? [];
  const others = new Set(original.split(/[[\],]/).map((item) => item.trim().replace(/^(["'])(.*)\1$/, '$2')));
  others.delete(typed + rest);
  const item = { start: offset - typed.length, end: offset + rest.length };
  return valueCompletions(
    values.filter((value) => !others.has(value)),
    item,
    text,
  );
}

function lineBefore(text: string, offset: number): string {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
}
