import { stripVTControlCharacters } from 'node:util';

/** A text for a terminal, ended: a terminal obeys control characters, and messages come from servers and programs. Pure. */
export function terminalLine(text: string): string {
  const lines = stripVTControlCharacters(text)
    .split(/\r\n|\n|\r/)
    .map((line) => line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, '?'));
  return `${lines.join('\r\n')}\r\n`;
}
