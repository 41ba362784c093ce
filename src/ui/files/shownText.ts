/** Above this nobody looks at a file side by side; the editor would take long to compare it. */
export const maxShownBytes = 5_000_000;

/** The text of a file, or undefined where it is none: it holds a NUL, or is no UTF-8. */
export function shownText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
