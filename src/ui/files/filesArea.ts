import * as vscode from 'vscode';
import type { Project } from '../../core/project/project';
import { SyncError } from '../../core/syncError';
import type { ChangesArea } from '../changes/changesArea';
import type { Services } from '../services';
import { readTokenState } from '../signIn/tokenState';
import type { Translate } from '../translate';
import { buildFilesTree } from './buildFilesTree';
import { compareWithTenant } from './compareWithTenant';
import { countFiles } from './countFiles';
import type { FilesComparison } from './filesComparison';
import { isFilesNode } from './filesNode';
import { filesRow } from './filesRow';

/** The services directory beside the files of the project's tenant, in the Changes view. */
export function createFilesArea(
  t: Translate,
  needs: Pick<Services, 'tokens' | 'log' | 'filesMemory'>,
): ChangesArea<FilesComparison> {
  return {
    title: () => t('Files of the tenant'),
    row(node) {
      if (isFilesNode(node)) return filesRow(t, node);
      throw new Error(`no row of files: ${node.id}`);
    },
    async unasked({ project }) {
      if (project.mode === 'none') return 'unused';
      // A control plane that forwards no manifest is asked for everything: that is not done unasked.
      if (project.mode === 'relay') return 'wait';
      return (await hasToken(needs, project)) ? 'compare' : 'wait';
    },
    compare: async ({ project }, context) =>
      project.mode === 'none' ? undefined : compareWithTenant(t, needs, project, context),
    nodes: (comparison) => [buildFilesTree(comparison)],
    counts: ({ diff }) => countFiles(diff),
    watched: ({ project: { servicesDir, root, mode } }) =>
      mode === 'none'
        ? []
        : [
            new vscode.RelativePattern(vscode.Uri.file(servicesDir), '**'),
            new vscode.RelativePattern(vscode.Uri.file(root), '.systempromptignore'),
          ],
  };
}

async function hasToken(needs: Pick<Services, 'tokens' | 'log'>, project: Project): Promise<boolean> {
  try {
    await readTokenState(needs, project, Date.now());
    return true;
  } catch (error) {
    // What else is wrong with it is told to whoever asks for the comparison.
    if (SyncError.is(error)) return false;
    throw error;
  }
}
