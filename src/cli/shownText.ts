/**
 * A text as a terminal may have it: slugs, paths and messages come from rows, files and servers, and a terminal obeys control
 * characters. They are shown as escapes; only line ends and tabs stay.
 */
export function shownText(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
