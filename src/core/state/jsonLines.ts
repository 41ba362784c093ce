/** Of a list of thousands, this many entries stand on one line; parsing or printing them takes a few milliseconds. */
const entriesPerLine = 1_000;

/**
 * The JSON of an object, in pieces: of a large one, the text as a whole would be a second copy in memory. Where it ends with a
 * list, the entries stand on lines of their own, so that `parseJsonLines` can take it in parts.
 */
export function* jsonLines(value: object): Generator<string> {
  const parts = Object.entries(value).filter(([, part]) => part !== undefined) as [string, unknown][];
  let separator = '{';
  for (const [index, [key, part]] of parts.entries()) {
    yield `${separator}${JSON.stringify(key)}:`;
    separator = ',';
    if (Array.isArray(part) && index === parts.length - 1) yield* listLines(part);
    else yield JSON.stringify(part);
  }
  yield parts.length === 0 ? '{}\n' : '}\n';
}

function* listLines(entries: readonly unknown[]): Generator<string> {
  for (let start = 0; start < entries.length; start += entriesPerLine) {
    const line = JSON.stringify(entries.slice(start, start + entriesPerLine));
    yield `${start === 0 ? '[' : ','}\n${line.slice(1, -1)}`;
  }
  yield entries.length === 0 ? '[]' : '\n]';
}

/**
 * Takes JSON from `jsonLines` in parts: `head` is the object with nothing in its last list, whose entries are parsed while
 * `lines` is gone through. Of any other JSON, `head` is all there is.
 *
 * @throws SyntaxError at once or from `lines`
 */
export function parseJsonLines(bytes: Buffer): { head: unknown; lines?: Iterable<unknown> } {
  // No text in JSON holds a line break: what stands beside these are brackets.
  const start = bytes.indexOf('[\n');
  const end = bytes.lastIndexOf('\n]');
  if (start < 0 || end <= start) return { head: JSON.parse(bytes.toString()) };
  const head: unknown = JSON.parse(bytes.toString('utf8', 0, start + 1) + bytes.toString('utf8', end + 1));
  return { head, lines: entriesOf(bytes, start + '[\n'.length, end) };
}

function* entriesOf(bytes: Buffer, start: number, end: number): Generator<unknown> {
  for (let from = start; from < end;) {
    const next = bytes.indexOf('\n', from);
    const lineEnd = bytes.toString('latin1', next - 1, next) === ',' ? next - 1 : next;
    yield* JSON.parse(`[${bytes.toString('utf8', from, lineEnd)}]`) as unknown[];
    from = next + 1;
  }
}
