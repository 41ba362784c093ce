import type { NodeRow } from '../changes/changesArea';
import { commands } from '../contributions';
import type { Translate } from '../translate';
import type { AccessNode } from './accessNodes';
import { accessText } from './accessText';

/** A row of the area; a click on a rule or an entity compares it, one on an error opens its line. */
export function accessRow(t: Translate, node: AccessNode): NodeRow {
  const text = accessText(t, node);
  switch (node.type) {
    case 'root':
      return { text, icon: node.errors > 0 ? 'warning' : 'shield' };
    case 'entity':
      return { text, icon: 'symbol-interface', command: comparison(t) };
    case 'rule':
      return { text, icon: 'key', command: comparison(t) };
    case 'invalid':
      return { text, icon: 'warning', command: { id: commands.openAccessFile, title: t('Open File') } };
    case 'others':
      return { text, icon: node.ruleType === 'user' ? 'person' : 'organization' };
  }
}

function comparison(t: Translate) {
  return { id: commands.openAccessDiff, title: t('Open Comparison') };
}
