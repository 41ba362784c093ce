/** Names come from a catalog, and catalogs can hold anything: every name is quoted. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** For the places where a statement takes no parameters (COPY). Safe whatever `standard_conforming_strings` says. */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? ` E${quoted}` : quoted;
}

/** One literal for many texts: the server reads it far faster than a list of literals. */
export function textArray(texts: readonly string[]): string {
  const items = texts.map((text) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);
  return `${quoteText(`{${items.join(',')}}`)}::text[]`;
}
