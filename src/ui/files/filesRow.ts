import type { NodeRow, NodeText } from '../changes/changesArea';
import { commands, contextValues } from '../contributions';
import type { Translate } from '../translate';
import { describeFile, fileSize, fileStatusWord } from './describeFile';
import type { ExcludedNode, FileNode, FilesNode, FolderNode, StateNode, TenantNode } from './filesNode';

/** A row of a tenant's files. */
export function filesRow(t: Translate, node: FilesNode): NodeRow {
  switch (node.type) {
    case 'tenant':
      return { text: tenantText(t, node), icon: node.target.production ? 'cloud' : 'server' };
    case 'folder':
      return { text: folderText(t, node), icon: 'folder' };
    case 'file':
      return {
        text: fileText(t, node),
        icon: node.status === 'invalid' ? 'warning' : 'file',
        command: { id: commands.openFileDiff, title: t('Open Comparison') },
      };
    case 'state':
      return { text: stateText(node), icon: 'info' };
    case 'leftOut':
      return { text: leftOutText(t, node.children.length), icon: 'circle-slash' };
    case 'excluded':
      return { text: excludedText(t, node), icon: node.excluded.path.endsWith('/') ? 'folder' : 'file' };
  }
}

function tenantText(t: Translate, { target, differing, unchanged }: TenantNode): NodeText {
  const label = target.label.replace(/^tenant /, '');
  const state = differing === 0 ? t('in sync') : t('{0} different', differing);
  const description = [...(target.production ? [t('production')] : []), state].join(' · ');
  return {
    label,
    description,
    tooltip: [
      t('Files of {0}', target.label),
      description,
      t('The same on both sides: {0}', unchanged),
      ...(target.production ? [t('Pushing to it has to be confirmed by typing {0}.', target.host)] : []),
    ],
    spoken: `${t('Files of {0}', target.label)}, ${description}`,
    contextValue: contextValues.tenant,
  };
}

function folderText(t: Translate, { label, path, files }: FolderNode): NodeText {
  const description = String(files);
  return {
    label,
    description,
    tooltip: [path, t('{0} different', files)],
    spoken: `${label}, ${t('{0} different', files)}`,
    contextValue: contextValues.folder,
  };
}

function fileText(t: Translate, node: FileNode): NodeText {
  const { label, path, status, difference } = node;
  const description = describeFile(t, node);
  return {
    label,
    description,
    tooltip: [
      path,
      description,
      ...(difference?.local === undefined ? [] : [t('Here: {0}', fileSize(difference.local.size))]),
      ...(difference?.remote === undefined
        ? []
        : [t('On the tenant: {0}', fileSize(difference.remote.size))]),
    ],
    spoken: `${label}, ${description}`,
    contextValue: fileContext(node),
    statusWord: fileStatusWord(t, status),
  };
}

/** A conflict with a deletion has nothing that could be merged. */
function fileContext({ status, difference }: FileNode): string {
  if (status === 'invalid') return contextValues.fileInvalid;
  if (status !== 'conflict') return contextValues[status];
  const both = difference?.local !== undefined && difference.remote !== undefined;
  return both ? contextValues.fileConflict : contextValues.fileDeletedConflict;
}

function stateText({ text }: StateNode): NodeText {
  return { label: text, description: '', tooltip: [text], spoken: text, contextValue: contextValues.state };
}

function leftOutText(t: Translate, count: number): NodeText {
  const label = t('Left out');
  const description = String(count);
  return {
    label,
    description,
    tooltip: [label, t('They travel in neither direction, and are never judged missing.')],
    spoken: `${label}, ${description}`,
    contextValue: contextValues.leftOut,
  };
}

function excludedText(t: Translate, { excluded: { path, reason, side } }: ExcludedNode): NodeText {
  return {
    label: path,
    description: reason,
    tooltip: [path, reason, side === 'local' ? t('Seen here.') : t('Seen on the tenant.')],
    spoken: `${path}, ${reason}`,
    contextValue: contextValues.excluded,
    statusWord: t('Left out'),
  };
}
