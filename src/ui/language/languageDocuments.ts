import type { DocumentFilter } from 'vscode';

export const markdownDocuments: DocumentFilter = { scheme: 'file', pattern: '**/*.md' };

export const configDocuments: DocumentFilter = { scheme: 'file', pattern: '**/content/config.yaml' };

export const accessDocuments: DocumentFilter = {
  scheme: 'file',
  pattern: '**/access-control/{config,roles}.yaml',
};

/** What may belong to a project by its name; whether it does is asked when it matters. */
export const languageDocuments: readonly DocumentFilter[] = [
  markdownDocuments,
  configDocuments,
  accessDocuments,
];
