import * as vscode from 'vscode';
import type { Completion } from '../../core/content/language/completion';

/** @param index the order of the rules, required keys first, is kept: it is not that of the alphabet */
export function completionItem(
  document: vscode.TextDocument,
  { label, kind, insert, isSnippet, filter, replace }: Completion,
  index: number,
  documentation: string | undefined,
): vscode.CompletionItem {
  const { Property, EnumMember } = vscode.CompletionItemKind;
  const item = new vscode.CompletionItem(label, kind === 'key' ? Property : EnumMember);
  item.insertText = isSnippet ? new vscode.SnippetString(insert) : insert;
  item.filterText = filter;
  item.sortText = String(index).padStart(3, '0');
  item.range = new vscode.Range(document.positionAt(replace.start), document.positionAt(replace.end));
  if (documentation !== undefined) item.documentation = new vscode.MarkdownString(documentation);
  return item;
}
