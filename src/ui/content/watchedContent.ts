import * as vscode from 'vscode';
import type { ProjectView } from '../changes/projectView';
import type { FoundProject } from '../project/foundProject';

/** The sources, the content config, and what decides about profile and database. */
export function watchedContent(
  view: ProjectView,
  { project: { servicesDir, profile }, shownRoot }: FoundProject,
): vscode.RelativePattern[] {
  const sources = view.kind === 'ready' ? view.diff.sources.map(({ path }) => `${path}/**`) : [];
  const inFolder = (path: string, pattern: string) =>
    new vscode.RelativePattern(vscode.Uri.file(path), pattern);
  return [
    ...[...new Set(sources)].sort().map((pattern) => inFolder(shownRoot, pattern)),
    inFolder(servicesDir, 'content/config.yaml'),
    ...(profile === undefined
      ? []
      : [
          new vscode.RelativePattern(
            vscode.Uri.joinPath(vscode.Uri.file(profile.path), '..'),
            '*.{yaml,json}',
          ),
        ]),
  ];
}

/** Content, configuration, and folders: when one of those goes, its files are not reported one by one. */
export function isContentPath(path: string): boolean {
  return /\.(?:md|ya?ml|json)$|\/[^./]+$/.test(path);
}
