/**
 * The Unicode White_Space set (data.md 0). `String.prototype.trim` differs in two characters: it keeps U+0085 and
 * takes U+FEFF, so a text trimmed by it would not have the digest that the server's own trim gives.
 */
export const whiteSpaceCodes: readonly number[] = [
  0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005,
  0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
];

/** True for a UTF-16 code unit of the Unicode White_Space set; every member is in the basic plane. */
export function isWhiteSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0x85) return false;
  return whiteSpaceCodes.includes(code);
}

/** The text without Unicode white space at both ends; U+FEFF stays, U+0085 goes. */
export function trimWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}
