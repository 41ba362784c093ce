const reserved = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)(?:\..*)?$/i;
// Control characters, what Windows cannot hold, and the marks that make a name read differently from what it is.
const forbidden = /[\p{Cc}<>:"|?*\\\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Names of letters, digits, `_` and `-`, with single dots between them; at most `maxUsualDepth` of them. */
const usual = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\/){0,31}[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;
/** Whatever could be reserved among them. */
export const usuallyReserved = /(?:^|\/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$)/i;
/** In characters, which are ASCII. */
export const maxUsualLength = 255;
export const maxUsualDepth = 32;

/**
 * True for the usual path, which every platform can hold: whoever looks at thousands need not ask rule by rule. False says
 * nothing.
 *
 * @param unless what else makes a path unusual, `usuallyReserved` included: one pattern is looked for faster than two
 */
export function isUsualPath(path: string, unless = usuallyReserved): boolean {
  return path.length <= maxUsualLength && usual.test(path) && !unless.test(path);
}

/**
 * Why a path cannot be written on every platform, or undefined when it can. A valid path is relative, written with `/`, and
 * stays below its root (guides/field.md, hostile names).
 */
export function unportablePathReason(path: string): string | undefined {
  if (isUsualPath(path)) return undefined;
  if (path === '') return 'the path is empty';
  if (path.startsWith('/') || /^[a-zA-Z]:/.test(path)) return 'the path is not relative';
  if (/\p{Cs}/u.test(path)) return 'the path is not valid Unicode';
  for (const name of path.split('/')) {
    if (name === '' || name === '.' || name === '..') return 'the path has an empty, "." or ".." part';
    if (forbidden.test(name)) return 'the path holds a character that file names cannot have';
    if (/[. ]$/.test(name)) return `"${name}" ends in a dot or a blank, which Windows drops`;
    if (reserved.test(name)) return `"${name}" is a reserved name on Windows`;
    if (Buffer.byteLength(name) > 255) return `"${name.slice(0, 20)}…" is too long for a file name`;
  }
  return undefined;
}

/**
 * The same text for all spellings that a file system without letter case or Unicode forms takes for one name
 * (`A` and `a`, `é` in one or two code points, `ß` and `ss`).
 */
export function foldedPath(path: string): string {
  if (/^[\x20-\x7e]*$/.test(path)) return path.toLowerCase();
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}
