import * as vscode from 'vscode';
import { createAccessFacts } from '../accessControl/accessFacts';
import { registerAccessLanguage } from '../accessControl/accessLanguage';
import { settings } from '../contributions';
import type { Services } from '../services';
import { registerCompletions } from './completions';
import { registerHovers } from './hovers';
import { createLanguageProject } from './languageProject';
import { createLiveProblems, type LiveProblems } from './liveProblems';
import { registerQuickFixes } from './quickFixes';

export interface LanguageRegistration extends vscode.Disposable {
  /** For whoever shows problems of files: what is open is shown from here. */
  readonly live: Pick<LiveProblems, 'has' | 'onDidChange'>;
}

const deciding = [settings.folder, settings.profile, settings.servicesDirectory];

/**
 * Problems while typing, quick fixes, completion and hover for content files, the content config and access rules. Reads and loads
 * nothing before a document is open that may be one.
 */
export function registerLanguage(services: Services): LanguageRegistration {
  const project = createLanguageProject(services);
  const access = createAccessFacts(services);
  const live = createLiveProblems(services, project, access);
  const registered = vscode.Disposable.from(
    live,
    registerQuickFixes(services, project, access),
    registerCompletions(services, project),
    registerHovers(services, project),
    registerAccessLanguage(services, project, access),
    vscode.workspace.onDidGrantWorkspaceTrust(() => project.forget()),
    vscode.workspace.onDidChangeWorkspaceFolders(() => project.forget()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (deciding.some((id) => event.affectsConfiguration(id))) project.forget();
    }),
  );
  return {
    live,
    dispose() {
      registered.dispose();
    },
  };
}
