import type { NodeRow } from '../changes/changesArea';
import { commands } from '../contributions';
import type { Translate } from '../translate';
import type { ContentNode } from './buildTree';
import { nodeText } from './treeText';

/** A source, an item that differs, or something invalid, as a row of the Changes view. */
export function contentRow(t: Translate, node: ContentNode): NodeRow {
  const text = nodeText(t, node);
  if (node.type === 'source') return { text, icon: node.unreadable === undefined ? 'folder' : 'warning' };
  const command = { id: commands.openDiff, title: t('Open Comparison') };
  return { text, icon: node.type === 'invalid' ? 'warning' : 'markdown', command };
}
