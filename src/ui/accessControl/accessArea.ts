import * as vscode from 'vscode';
import type { AccessDiff } from '../../core/accessControl/accessDiff';
import { SyncError } from '../../core/syncError';
import type { ChangesArea } from '../changes/changesArea';
import type { FoundProject } from '../project/foundProject';
import type { Translate } from '../translate';
import { accessNodes, isAccessNode } from './accessNodes';
import { accessRow } from './accessRow';
import { accessTitle } from './accessText';
import { countAccess } from './countAccess';

/** Access rules of the files and the database, in the Changes view. */
export function createAccessArea(t: Translate): ChangesArea<AccessDiff> {
  return {
    row(node) {
      if (!isAccessNode(node)) throw new Error(`${node.id} is no row of access rules`);
      return accessRow(t, node);
    },
    title: () => accessTitle(t),
    unasked: ({ project }) => (project.database === undefined ? 'unused' : 'compare'),
    async compare({ project }, context) {
      if (project.database === undefined) return undefined;
      const { AccessControlLocalSync } = await import('../../core/accessControl/accessControlLocalSync');
      try {
        return await new AccessControlLocalSync(project, context).diff();
      } catch (error) {
        // The database is known: what is missing are the files.
        if (SyncError.is(error, 'missingConfig')) return undefined;
        throw error;
      }
    },
    nodes: accessNodes,
    counts: countAccess,
    watched,
  };
}

/**
 * The files, and what declares the ids that they name: also folders, since of one that goes no file is reported. Other files
 * of a skill or a plugin declare nothing.
 */
function watched({ project: { servicesDir } }: FoundProject): vscode.RelativePattern[] {
  const patterns = [
    'access-control/**',
    'config/*.{yaml,yml}',
    '{agents,mcp,skills,plugins,marketplaces,hooks}/*',
    '{agents,mcp,skills,plugins,marketplaces,hooks}/*/config.{yaml,yml}',
  ];
  return patterns.map((pattern) => new vscode.RelativePattern(vscode.Uri.file(servicesDir), pattern));
}
