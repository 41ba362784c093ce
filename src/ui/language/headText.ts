import type { TextDocument } from 'vscode';

/** Nobody writes longer frontmatter by hand; while the closing fence is missing, the rest is not looked at. */
const mostLines = 1000;

/**
 * A document's frontmatter with both fences: offsets in it are the document's own. A keystroke in a long body then costs
 * no more than in a short one.
 *
 * @returns undefined when the line is not within it
 */
export function headText(document: TextDocument, line: number): string | undefined {
  if (line === 0 || line > mostLines || !isFence(document, 0)) return undefined;
  let last = 1;
  while (last < document.lineCount - 1 && last < mostLines && !isFence(document, last)) last += 1;
  if (line > last || (line === last && isFence(document, last))) return undefined;
  const start = document.lineAt(0).range.start;
  return document.getText(document.lineAt(last).range.with({ start }));
}

function isFence(document: TextDocument, line: number): boolean {
  return /^---[ \t]*$/.test(document.lineAt(line).text);
}

/** False for documents so long that even making one text of them is felt. */
export function isWorkable(document: TextDocument): boolean {
  return lengthOf(document) <= 10 * 1024 * 1024;
}

/** In UTF-16 units, without making one text of all lines. A file has at least as many bytes. */
export function lengthOf(document: TextDocument): number {
  return document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
}
