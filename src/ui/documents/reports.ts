import * as vscode from 'vscode';
import { schemes } from '../contributions';

/** Read-only texts that answer a question ("what was left, and why?"), without a file and without an unsaved tab. */
export interface Reports extends vscode.Disposable {
  /** @param name of the tab, without extension; a report of the same name is replaced */
  show(name: string, text: string): Promise<void>;
}

/** Older texts are dropped: a tab that is still open keeps what it shows. */
const keptReports = 20;

export function createReports(): Reports {
  const texts = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const registration = vscode.workspace.registerTextDocumentContentProvider(schemes.report, {
    onDidChange: changed.event,
    provideTextDocumentContent: ({ path }) => texts.get(path) ?? '',
  });
  return {
    async show(name, text) {
      const uri = vscode.Uri.from({ scheme: schemes.report, path: `/${name}.md` });
      texts.delete(uri.path);
      texts.set(uri.path, text);
      for (const oldest of [...texts.keys()].slice(0, -keptReports)) texts.delete(oldest);
      changed.fire(uri);
      await vscode.window.showTextDocument(uri, { preview: true });
    },
    dispose: () => {
      vscode.Disposable.from(registration, changed).dispose();
    },
  };
}
