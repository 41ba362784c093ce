import * as vscode from 'vscode';
import type { AccessFactsReader } from '../accessControl/accessFacts';
import { errorForLog } from '../errorReport';
import { toDiagnostic } from '../problems/toDiagnostic';
import type { Services } from '../services';
import type { DocumentRole } from './documentRole';
import { judgeDocument } from './judgeDocument';
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

export function createLiveProblems(
  services: Services,
  project: LanguageProject,
  access: AccessFactsReader,
): LiveProblems {
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
    const diagnostics = await diagnosticsOf(document, role, access);
    if (isStale()) return;
    if (diagnostics === undefined) return forget(document);
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
  const checkAll = (delay: number, isMeant: (document: vscode.TextDocument) => boolean = mayTakePart) => {
    for (const document of vscode.workspace.textDocuments) if (isMeant(document)) checkSoon(document, delay);
  };

  let compared: unknown;
  let comparedRules: unknown;
  const following = vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument((document) => checkSoon(document, 0)),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length === 0) return;
      // What the config says decides about every other document.
      if (isConfig(document)) checkAll(pauseMs);
      // One of the two may contradict the other.
      else if (isAccess(document)) checkAll(pauseMs, isAccess);
      else checkSoon(document, pauseMs);
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      clearTimeout(timers.get(document.uri.toString()));
      timers.delete(document.uri.toString());
      forget(document);
    }),
    services.store.onDidChange(({ view, areas: { accessControl } }) => {
      if (view !== compared) checkAll(pauseMs);
      else if (accessControl !== comparedRules) checkAll(pauseMs, isAccess);
      compared = view;
      comparedRules = accessControl;
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

/** Undefined for a document that is not judged as it is typed. */
async function diagnosticsOf(
  document: vscode.TextDocument,
  role: DocumentRole,
  access: AccessFactsReader,
): Promise<vscode.Diagnostic[] | undefined> {
  const problems = await judgeDocument(document, role, access);
  const { problemSpan } = await import('../../core/content/language/problemSpan');
  return problems?.map((problem) => {
    const row = Math.min(Math.max(0, (problem.line ?? 1) - 1), document.lineCount - 1);
    const { start, end } = problemSpan(document.lineAt(row).text, problem.column ?? 1, problem.rule);
    return toDiagnostic(problem, new vscode.Range(row, start, row, end));
  });
}

/** Decided by name alone, so that other documents cost nothing and load nothing. */
function mayTakePart(document: vscode.TextDocument): boolean {
  const isOurs = document.uri.path.endsWith('.md') || isConfig(document) || isAccess(document);
  return document.uri.scheme === 'file' && isOurs;
}

function isConfig({ uri }: vscode.TextDocument): boolean {
  return uri.path.endsWith('/content/config.yaml');
}

function isAccess({ uri }: vscode.TextDocument): boolean {
  return /\/access-control\/(?:config|roles)\.yaml$/.test(uri.path);
}
