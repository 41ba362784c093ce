import * as vscode from 'vscode';
import { isWorkable } from '../language/headText';
import { completionItem } from '../language/completionItem';
import { keyDocumentation } from '../language/keyDocumentation';
import { accessDocuments } from '../language/languageDocuments';
import type { LanguageProject } from '../language/languageProject';
import { hasYamlSupport } from '../language/yamlSupport';
import type { Services } from '../services';
import type { AccessFacts, AccessFactsReader } from './accessFacts';

/** Completion and hover for access-control files: keys, types, the ids that the services declare, and roles. */
export function registerAccessLanguage(
  services: Services,
  project: LanguageProject,
  reader: AccessFactsReader,
): vscode.Disposable {
  const factsOf = async (document: vscode.TextDocument): Promise<AccessFacts | undefined> => {
    const role = isWorkable(document) ? await project.roleOf(document) : undefined;
    return role?.kind === 'access' ? reader.read(role.place) : undefined;
  };
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(
      accessDocuments,
      {
        async provideCompletionItems(document, position) {
          const facts = await factsOf(document);
          return facts === undefined ? [] : complete(services, document, position, facts);
        },
      },
      ':',
      ' ',
      '[',
      ',',
    ),
    vscode.languages.registerHoverProvider(accessDocuments, {
      async provideHover(document, position) {
        const facts = await factsOf(document);
        return facts === undefined ? undefined : hover(services, document, position, facts);
      },
    }),
  );
}

async function complete(
  { t }: Services,
  document: vscode.TextDocument,
  position: vscode.Position,
  facts: AccessFacts,
): Promise<vscode.CompletionItem[]> {
  const { accessCompletions } = await import('../../core/accessControl/accessCompletions');
  const { completeAccess } = await import('../../core/accessControl/language/completeAccess');
  const found = completeAccess(document.getText(), document.offsetAt(position), accessCompletions(facts));
  // The YAML extension completes keys from our schema already; what the project itself names, it cannot know.
  const wanted = hasYamlSupport() ? found.filter(({ kind }) => kind === 'value') : found;
  return Promise.all(
    wanted.map(async (completion, index) => {
      const key = completion.label.replace(/^- /, '');
      const documentation =
        completion.kind === 'key' ? await keyDocumentation(t, 'access', [key]) : undefined;
      return completionItem(document, completion, index, documentation);
    }),
  );
}

async function hover(
  services: Services,
  document: vscode.TextDocument,
  position: vscode.Position,
  { catalog }: AccessFacts,
): Promise<vscode.Hover | undefined> {
  const { t, store } = services;
  const { accessTargetAt } = await import('../../core/accessControl/language/accessTarget');
  const target = accessTargetAt(document.getText(), document.offsetAt(position));
  if (target === undefined) return undefined;
  const { start, end } = target.span;
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  if (target.kind === 'entity') {
    const { entityHover } = await import('./entityHover');
    const area = store.state.areas.accessControl;
    const diff = area.kind === 'ready' ? area.diff : undefined;
    return new vscode.Hover(plainLines(entityHover(t, target.entity, catalog, diff)), range);
  }
  // Two hovers with the same text would stand one above the other.
  const text = hasYamlSupport() ? undefined : await keyDocumentation(t, 'access', [target.key]);
  return text === undefined ? undefined : new vscode.Hover(new vscode.MarkdownString(text), range);
}

/** Ids and roles come from files and rows: they are shown as text, whatever markup they hold. */
function plainLines(lines: readonly string[]): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  lines.forEach((line, index) => {
    if (index > 0) markdown.appendMarkdown('\n\n');
    markdown.appendText(line);
  });
  return markdown;
}
