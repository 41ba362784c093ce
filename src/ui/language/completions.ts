import * as vscode from 'vscode';
import type { Services } from '../services';
import { completionItem } from './completionItem';
import { headText, isWorkable } from './headText';
import { keyDocumentation } from './keyDocumentation';
import { configDocuments, markdownDocuments } from './languageDocuments';
import type { LanguageProject } from './languageProject';
import { hasYamlSupport } from './yamlSupport';
import { todayText } from './todayText';

/** Keys and values of frontmatter and content config. */
export function registerCompletions(services: Services, project: LanguageProject): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(
      markdownDocuments,
      { provideCompletionItems: (document, position) => inMarkdown(services, project, document, position) },
      ':',
      ' ',
    ),
    vscode.languages.registerCompletionItemProvider(
      configDocuments,
      { provideCompletionItems: (document, position) => inConfig(services, project, document, position) },
      ':',
      ' ',
    ),
  );
}

async function inMarkdown(
  { t }: Services,
  project: LanguageProject,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.CompletionItem[]> {
  const head = headText(document, position.line);
  const role = head === undefined ? undefined : await project.roleOf(document);
  if (head === undefined || role?.kind !== 'markdown') return [];
  const { completeFrontmatter } = await import('../../core/content/language/completeFrontmatter');
  const { path, source, config } = role;
  const context = { path, source, categories: config.categories, today: todayText(new Date()) };
  const found = completeFrontmatter(head, document.offsetAt(position), context);
  return Promise.all(
    found.map(async (completion, index) => {
      const documentation =
        completion.kind === 'key' ? await keyDocumentation(t, 'frontmatter', [completion.label]) : undefined;
      return completionItem(document, completion, index, documentation);
    }),
  );
}

async function inConfig(
  { t }: Services,
  project: LanguageProject,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.CompletionItem[]> {
  const role = isWorkable(document) ? await project.roleOf(document) : undefined;
  if (role?.kind !== 'config') return [];
  const { completeConfig } = await import('../../core/content/language/completeConfig');
  const { yamlCursor } = await import('../../core/yaml/yamlCursor');
  const text = document.getText();
  const offset = document.offsetAt(position);
  const sources = role.config?.sources ?? [];
  const found = completeConfig(text, offset, {
    categories: role.config?.categories ?? [],
    kinds: sources.flatMap(({ allowedKinds = [] }) => allowedKinds),
  });
  const cursor = yamlCursor(text, offset);
  const parent = cursor?.at === 'key' ? cursor.parent : [];
  // The YAML extension completes keys from our schema already; what the project itself names, it cannot know.
  const wanted = hasYamlSupport() ? found.filter(({ kind }) => kind === 'value') : found;
  return Promise.all(
    wanted.map(async (completion, index) => {
      const documentation =
        completion.kind === 'key'
          ? await keyDocumentation(t, 'config', [...parent, completion.label])
          : undefined;
      return completionItem(document, completion, index, documentation);
    }),
  );
}
