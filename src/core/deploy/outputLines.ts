import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

/** Of a line without an end, the rest is dropped: nobody reads it, and it must not fill the memory. */
const longestLine = 16 * 1024;
/** Of a shown line. */
const longestShown = 2000;

export interface OutputLines {
  readonly write: (chunk: Buffer) => void;
  /** Shows what has no line end. */
  readonly end: () => void;
}

/**
 * Makes lines of a child's output as it arrives: a carriage return ends a line too, colours and cursor moves are taken out,
 * bytes that are no text become `?`, secrets are masked before anything is cut.
 *
 * @param mask applied to each whole line
 */
export function outputLines(mask: (text: string) => string, emit: (line: string) => void): OutputLines {
  const decoder = new StringDecoder('utf8');
  let rest = '';

  function take(text: string): void {
    const parts = (rest + text).split(/\r\n|\n|\r/);
    rest = (parts.pop() ?? '').slice(0, longestLine);
    for (const part of parts) show(part);
  }

  function show(raw: string): void {
    const line = mask(cleaned(raw.slice(0, longestLine))).trimEnd();
    if (line !== '') emit(line.length > longestShown ? `${line.slice(0, longestShown)}…` : line);
  }

  return {
    write: (chunk) => take(decoder.write(chunk)),
    end: () => {
      take(decoder.end());
      show(rest);
      rest = '';
    },
  };
}

function cleaned(line: string): string {
  return stripVTControlCharacters(line)
    .replace(/\t/g, '  ')
    .replace(/[\p{Cc}\p{Cf}\ufffd\u2028\u2029]+/gu, '?');
}
