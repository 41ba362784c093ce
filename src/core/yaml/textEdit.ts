/** Part of a text: offsets in UTF-16 units, `end` not included. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** What stands in the span is replaced by `text`. */
export interface TextEdit extends TextSpan {
  readonly text: string;
}

/**
 * The one edit that turns `before` into `after` and touches as little as possible, so that the cursor and other marks in
 * the document stay where they are.
 *
 * @param base the offset of `before` in its document
 */
export function smallestEdit(before: string, after: string, base = 0): TextEdit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return {
    start: base + start,
    end: base + before.length - tail,
    text: after.slice(start, after.length - tail),
  };
}

export function applyEdit(text: string, { start, end, text: replacement }: TextEdit): string {
  return text.slice(0, start) + replacement + text.slice(end);
}
