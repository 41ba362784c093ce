/** @returns undefined for a text that is no JSON: for bytes of others, which are checked against a schema next */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
