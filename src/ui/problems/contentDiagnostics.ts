import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ContentProblem } from '../../core/models/content';
import { outputChannelName } from '../contributions';
import type { Services } from '../services';
import { problemsByFile } from './problemsByFile';

/** What the last comparison found in files, in the Problems panel. */
export function registerContentDiagnostics({ store }: Services): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('systempromptSync');
  let shown: unknown;
  const following = store.onDidChange(({ view }) => {
    if (view === shown) return;
    shown = view;
    collection.clear();
    if (view.kind !== 'ready') return;
    for (const [path, problems] of problemsByFile(view.diff)) {
      collection.set(vscode.Uri.file(join(view.shownRoot, path)), problems.map(toDiagnostic));
    }
  });
  return vscode.Disposable.from(collection, following);
}

/** From the place of the problem to the end of its line; a problem without a place stands on the first line. */
function toDiagnostic({ line, column, message, severity, rule }: ContentProblem): vscode.Diagnostic {
  const row = Math.max(0, (line ?? 1) - 1);
  const range = new vscode.Range(row, Math.max(0, (column ?? 1) - 1), row, Number.MAX_SAFE_INTEGER);
  const { Error, Warning } = vscode.DiagnosticSeverity;
  const diagnostic = new vscode.Diagnostic(range, message, severity === 'error' ? Error : Warning);
  diagnostic.source = outputChannelName;
  diagnostic.code = rule;
  return diagnostic;
}
