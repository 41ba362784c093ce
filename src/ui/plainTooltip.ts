import { MarkdownString } from 'vscode';

/**
 * A tooltip with its first line as heading. Names and messages come from files, rows and servers: they are shown as text,
 * whatever markup they hold.
 */
export function plainTooltip([heading = '', ...lines]: readonly string[]): MarkdownString {
  const markdown = new MarkdownString('**').appendText(heading).appendMarkdown('**');
  for (const line of lines) markdown.appendMarkdown('\n\n').appendText(line);
  return markdown;
}
