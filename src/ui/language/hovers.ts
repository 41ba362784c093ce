import * as vscode from 'vscode';
import type { HoverTarget } from '../../core/content/language/hoverTarget';
import type { Services } from '../services';
import { headText, isWorkable } from './headText';
import { keyDocumentation, type KeyHome } from './keyDocumentation';
import { configDocuments, markdownDocuments } from './languageDocuments';
import type { LanguageProject } from './languageProject';
import { hasYamlSupport } from './yamlSupport';

/** What a key means, where the mouse rests on it. */
export function registerHovers({ t }: Services, project: LanguageProject): vscode.Disposable {
  const show = async (
    document: vscode.TextDocument,
    home: KeyHome,
    target: HoverTarget | undefined,
  ): Promise<vscode.Hover | undefined> => {
    const text = target && (await keyDocumentation(t, home, target.path));
    if (!target || text === undefined) return undefined;
    const { start, end } = target.span;
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    return new vscode.Hover(new vscode.MarkdownString(text), range);
  };
  return vscode.Disposable.from(
    vscode.languages.registerHoverProvider(markdownDocuments, {
      async provideHover(document, position) {
        const head = headText(document, position.line);
        if (head === undefined || (await project.roleOf(document))?.kind !== 'markdown') return undefined;
        const { frontmatterKeyAt } = await import('../../core/content/language/hoverTarget');
        return show(document, 'frontmatter', frontmatterKeyAt(head, document.offsetAt(position)));
      },
    }),
    vscode.languages.registerHoverProvider(configDocuments, {
      async provideHover(document, position) {
        // Two hovers with the same text would stand one above the other.
        if (hasYamlSupport() || !isWorkable(document)) return undefined;
        if ((await project.roleOf(document))?.kind !== 'config') return undefined;
        const { configKeyUnder } = await import('../../core/content/language/hoverTarget');
        return show(document, 'config', configKeyUnder(document.getText(), document.offsetAt(position)));
      },
    }),
  );
}
