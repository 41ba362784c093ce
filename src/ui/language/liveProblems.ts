import * as vscode from 'vscode';
import type { ContentProblem } from '../../core/models/content';
import { errorForLog } from '../errorReport';
import { outputChannelName } from '../contributions';
import type { Services } from '../services';
import type { DocumentRole } from './documentRole';
import type { LanguageProject } from './languageProject';

/** Long enough to type on, short enough to notice. */
const pauseMs = 200;

/** Problems of documents that are open, as they stand in the editor. */
export interface LiveProblems extends vscode.Disposable {
  /** True while a document's own problems are shown from here. */
  has(uri: vscode.Uri): boolean;
  /** Documents have come or gone. */
  readonly onDidChange: vscode.Event<void>;
}

export function createLiveProblems(services: Services, project: LanguageProject): LiveProblems {
  const collection = vscode.languages.createDiagnosticCollection('systempromptSync.live');
  const changed = new vscode.EventEmitter<void>();
  const timers = new Map<string, NodeJS.Timeout>();
  const live = new Set<string>();

  const forget = ({ uri }: vscode.TextDocument) => {
    collection.delete(uri);
    if (live.delete(uri.toString())) changed.fire();
  };
  const check = async (document: vscode.TextDocument) => {
    const { version } = document;
    const isStale = () => document.isClosed || document.version !== version || services.lifetime.aborted;
    const role = await project.roleOf(document);
    if (isStale()) return;
    if (role === undefined) return forget(document);
    const diagnostics = await diagnosticsOf(document, role);
    if (isStale()) return;
    collection.set(document.uri, diagnostics);
    if (live.has(document.uri.toString())) return;
    live.add(document.uri.toString());
    changed.fire();
  };
  const checkSoon = (document: vscode.TextDocument, delay: number) => {
    if (!mayTakePart(document)) return;
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    const run = () => {
      timers.delete(key);
      check(document).catch((error: unknown) => {
        services.log.logger.error(`Checking ${document.uri.fsPath}: ${errorForLog(error)}`);
      });
    };
    timers.set(key, setTimeout(run, delay));
  };
  const checkAll = (delay: number) => {
    for (const document of vscode.workspace.textDocuments) checkSoon(document, delay);
  };

  let compared: unknown;
  const following = vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument((document) => checkSoon(document, 0)),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length === 0) return;
      // What the config says decides about every other document.
      if (isConfig(document)) checkAll(pauseMs);
      else checkSoon(document, pauseMs);
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      clearTimeout(timers.get(document.uri.toString()));
      timers.delete(document.uri.toString());
      forget(document);
    }),
    services.store.onDidChange(({ view }) => {
      if (view === compared) return;
      compared = view;
      checkAll(pauseMs);
    }),
  );
  checkAll(0);
  return {
    has: (uri) => live.has(uri.toString()),
    onDidChange: changed.event,
    dispose() {
      for (const timer of timers.values()) clearTimeout(timer);
      for (const owned of [following, collection, changed]) owned.dispose();
    },
  };
}

async function diagnosticsOf(
  document: vscode.TextDocument,
  role: DocumentRole,
): Promise<vscode.Diagnostic[]> {
  const { checkConfig, checkMarkdown, tooLarge } = await import('../../core/content/language/checkDocument');
  const { problemSpan } = await import('../../core/content/language/problemSpan');
  const { maxFileBytes } = await import('../../core/content/markdown/parseMarkdown');
  const path = role.kind === 'markdown' ? role.path : role.place.path;
  const length = lengthOf(document);
  const problems =
    length > maxFileBytes
      ? [tooLarge(length, path)]
      : role.kind === 'markdown'
        ? checkMarkdown(document.getText(), path, role.source)
        : checkConfig(document.getText(), role.place);
  return problems.map((problem) => {
    const row = Math.min(Math.max(0, (problem.line ?? 1) - 1), document.lineCount - 1);
    const { start, end } = problemSpan(document.lineAt(row).text, problem.column ?? 1, problem.rule);
    return toDiagnostic(problem, new vscode.Range(row, start, row, end));
  });
}

/** In UTF-16 units, without making one text of all lines. A file has at least as many bytes. */
function lengthOf(document: vscode.TextDocument): number {
  return document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
}

function toDiagnostic({ message, severity, rule }: ContentProblem, range: vscode.Range): vscode.Diagnostic {
  const { Error, Warning } = vscode.DiagnosticSeverity;
  const diagnostic = new vscode.Diagnostic(range, message, severity === 'error' ? Error : Warning);
  diagnostic.source = outputChannelName;
  diagnostic.code = rule;
  return diagnostic;
}

/** Decided by name alone, so that other documents cost nothing and load nothing. */
function mayTakePart(document: vscode.TextDocument): boolean {
  return document.uri.scheme === 'file' && (document.uri.path.endsWith('.md') || isConfig(document));
}

function isConfig({ uri }: vscode.TextDocument): boolean {
  return uri.path.endsWith('/content/config.yaml');
}
