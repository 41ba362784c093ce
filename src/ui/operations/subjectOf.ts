/** What a row of the view stands for; undefined when a command was invoked on something else. */
export function subjectOf(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null || !('row' in node)) return undefined;
  const { row } = node;
  if (typeof row !== 'object' || row === null || !('subject' in row)) return undefined;
  return typeof row.subject === 'string' ? row.subject : undefined;
}
