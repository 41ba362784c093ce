import { join } from 'node:path';
import * as vscode from 'vscode';
import { isBeyondText } from '../../core/content/language/isBeyondText';
import type { ContentProblem } from '../../core/models/content';
import { outputChannelName } from '../contributions';
import type { LanguageRegistration } from '../language/registerLanguage';
import type { Services } from '../services';
import { problemsByFile } from './problemsByFile';

/**
 * What the last comparison found in files, in the Problems panel. A document that is being edited is judged by its text as
 * it is typed; of it only those problems stay here that its text alone cannot show.
 *
 * @param live the documents that the language support judges
 */
export function registerContentDiagnostics(
  { store }: Services,
  live: LanguageRegistration['live'],
): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('systempromptSync');
  const show = () => {
    collection.clear();
    const { view } = store.state;
    if (view.kind !== 'ready') return;
    for (const [path, problems] of problemsByFile(view.diff)) {
      const uri = vscode.Uri.file(join(view.shownRoot, path));
      const shown = live.has(uri) ? problems.filter(isBeyondText) : problems;
      collection.set(uri, shown.map(toDiagnostic));
    }
  };
  let compared: unknown;
  const following = store.onDidChange(({ view }) => {
    if (view === compared) return;
    compared = view;
    show();
  });
  return vscode.Disposable.from(collection, following, live.onDidChange(show));
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
