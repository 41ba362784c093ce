import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const patience = 30_000;

/** What the extension shows for a document in Problems. */
export function problemsOf(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Systemprompt Sync');
}

/** Waits for what the editor does by itself, after a pause in typing. */
export async function until<T>(what: string, look: () => T | undefined): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    assert.ok(Date.now() < end, `${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Asks again: while the editor starts, other extensions register providers, which cancels a question under way. */
export async function actionOf(document: vscode.TextDocument, title: string): Promise<vscode.CodeAction> {
  const everything = new vscode.Range(0, 0, document.lineCount, 0);
  const end = Date.now() + patience;
  for (;;) {
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      everything,
    );
    const action = actions.find((each) => each.title === title);
    if (action !== undefined) return action;
    assert.ok(Date.now() < end, `"${title}" is not among ${actions.map((each) => each.title).join(', ')}`);
  }
}

/** The labels that are proposed at a place. */
export async function proposalsAt(uri: vscode.Uri, position: vscode.Position): Promise<string[]> {
  const list = await vscode.commands.executeCommand<vscode.CompletionList>(
    'vscode.executeCompletionItemProvider',
    uri,
    position,
  );
  return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
}

/** The text of all hovers at a place. */
export async function hoverAt(uri: vscode.Uri, position: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    uri,
    position,
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (typeof content === 'string' ? content : content.value))
    .join('\n')
    .replaceAll('&nbsp;', ' ');
}
