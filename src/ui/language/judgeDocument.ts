import type { TextDocument } from 'vscode';
import type { ContentProblem } from '../../core/models/content';
import type { AccessFactsReader } from '../accessControl/accessFacts';
import type { DocumentRole } from './documentRole';
import { isWorkable, lengthOf } from './headText';

/**
 * What is wrong with the text of a document, as it stands in the editor.
 *
 * @returns undefined for a text that is too long to be judged at every pause in typing
 */
export async function judgeDocument(
  document: TextDocument,
  role: DocumentRole,
  access: AccessFactsReader,
): Promise<readonly ContentProblem[] | undefined> {
  if (role.kind === 'access') {
    if (!isWorkable(document)) return undefined;
    const { checkAccessText } = await import('../../core/accessControl/language/checkAccessText');
    const { catalog, rules } = await access.read(role.place);
    return checkAccessText(document.getText(), { path: role.path, others: rules, catalog });
  }
  const { checkConfig, checkMarkdown, tooLarge } = await import('../../core/content/language/checkDocument');
  const { maxFileBytes } = await import('../../core/content/markdown/parseMarkdown');
  const path = role.kind === 'markdown' ? role.path : role.place.path;
  const length = lengthOf(document);
  if (length > maxFileBytes) return [tooLarge(length, path)];
  return role.kind === 'markdown'
    ? checkMarkdown(document.getText(), path, role.source)
    : checkConfig(document.getText(), role.place);
}
