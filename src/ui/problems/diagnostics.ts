import { join } from 'node:path';
import * as vscode from 'vscode';
import { isBeyondText } from '../../core/content/language/isBeyondText';
import type { ContentProblem } from '../../core/models/content';
import { shownRootOf, type ChangesState } from '../changes/projectView';
import type { LanguageRegistration } from '../language/registerLanguage';
import type { Services } from '../services';
import { problemsByFile, type Compared } from './problemsByFile';
import { toDiagnostic } from './toDiagnostic';

/**
 * What the last comparison found in files, in the Problems panel. A document that is being edited is judged by its text as
 * it is typed; of it only those problems stay here that its text alone cannot show.
 *
 * @param live the documents that the language support judges
 */
export function registerDiagnostics(
  { store }: Services,
  live: LanguageRegistration['live'],
): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('systempromptSync');
  const show = () => {
    collection.clear();
    const root = shownRootOf(store.state.view);
    if (root === undefined) return;
    for (const [path, problems] of problemsByFile(comparedOf(store.state))) {
      const uri = vscode.Uri.file(join(root, path));
      const shown = live.has(uri) ? problems.filter(isBeyondText) : problems;
      collection.set(uri, shown.map(onItsLine));
    }
  };
  let last: Compared = {};
  const following = store.onDidChange((state) => {
    const next = comparedOf(state);
    if (next.content === last.content && next.access === last.access) return;
    last = next;
    show();
  });
  return vscode.Disposable.from(collection, following, live.onDidChange(show));
}

function comparedOf({ view, areas: { accessControl } }: ChangesState): Compared {
  return {
    content: view.kind === 'ready' ? view.diff : undefined,
    access: accessControl.kind === 'ready' ? accessControl.diff : undefined,
  };
}

/** From the place of the problem to the end of its line; a problem without a place stands on the first line. */
function onItsLine(problem: ContentProblem): vscode.Diagnostic {
  const { line, column } = problem;
  const row = Math.max(0, (line ?? 1) - 1);
  const range = new vscode.Range(row, Math.max(0, (column ?? 1) - 1), row, Number.MAX_SAFE_INTEGER);
  return toDiagnostic(problem, range);
}
