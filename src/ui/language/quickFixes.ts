import * as vscode from 'vscode';
import type { ContentFix } from '../../core/content/language/contentFix';
import type { AccessFactsReader } from '../accessControl/accessFacts';
import { outputChannelName } from '../contributions';
import type { Services } from '../services';
import type { DocumentRole } from './documentRole';
import { fixTitle } from './fixTitle';
import { languageDocuments } from './languageDocuments';
import type { LanguageProject } from './languageProject';
import { isWorkable } from './headText';
import { todayText } from './todayText';

/** A quick fix for each problem with one right answer. */
export function registerQuickFixes(
  { t }: Services,
  project: LanguageProject,
  access: AccessFactsReader,
): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    async provideCodeActions(document, _range, { diagnostics }) {
      const ours = diagnostics.filter(({ source }) => source === outputChannelName);
      const role = ours.length > 0 && isWorkable(document) ? await project.roleOf(document) : undefined;
      if (role === undefined) return [];
      const { version } = document;
      const fixes = await fixesOf(document.getText(), role, access);
      if (document.version !== version) return [];
      return fixes.flatMap((fix) => {
        const solved = ours.filter((diagnostic) => isAbout(diagnostic, fix));
        return solved.length > 0 ? [toAction(document, fix, fixTitle(t, fix.change), solved)] : [];
      });
    },
  };
  const metadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
  return vscode.languages.registerCodeActionsProvider([...languageDocuments], provider, metadata);
}

async function fixesOf(text: string, role: DocumentRole, access: AccessFactsReader): Promise<ContentFix[]> {
  if (role.kind === 'access') {
    const { accessFixes } = await import('../../core/accessControl/language/accessFixes');
    const { catalog, rules } = await access.read(role.place);
    return accessFixes(text, { path: role.path, others: rules, catalog });
  }
  if (role.kind === 'markdown') {
    const { markdownFixes } = await import('../../core/content/language/markdownFixes');
    return markdownFixes(text, { path: role.path, source: role.source, today: todayText(new Date()) });
  }
  const { configFixes } = await import('../../core/content/language/configFixes');
  return configFixes(text, role.place);
}

function isAbout({ code, message, range }: vscode.Diagnostic, { problem }: ContentFix): boolean {
  return code === problem.rule && message === problem.message && range.start.line === (problem.line ?? 1) - 1;
}

function toAction(
  document: vscode.TextDocument,
  { edit }: ContentFix,
  title: string,
  diagnostics: vscode.Diagnostic[],
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  const range = new vscode.Range(document.positionAt(edit.start), document.positionAt(edit.end));
  action.edit = new vscode.WorkspaceEdit();
  action.edit.replace(document.uri, range, edit.text);
  action.diagnostics = diagnostics;
  action.isPreferred = true;
  return action;
}
