import type { ContentKey } from '../../core/models/content';
import type { ContentDifference } from '../../core/models/contentDiff';
import { contextValues } from '../contributions';
import type { Translate } from '../translate';
import type { NodeText } from '../changes/changesArea';
import {
  isConfigNode,
  type ContentNode,
  type InvalidNode,
  type ItemNode,
  type SourceNode,
} from './buildTree';
import { contentStatuses, contentStatusWord, describeDifference, originWords } from './describeDifference';

export function nodeText(t: Translate, node: ContentNode): NodeText {
  switch (node.type) {
    case 'source':
      return sourceText(t, node);
    case 'item':
      return itemText(t, node);
    case 'invalid':
      return invalidText(t, node);
  }
}

/** The slug as people see it; the locale only where it is not the usual one. */
export function itemLabel(t: Translate, { slug, locale }: ContentKey): string {
  const name = slug === '' ? t('(empty slug)') : slug;
  return locale === 'en' ? name : `${name} (${locale})`;
}

function sourceText(t: Translate, node: SourceNode): NodeText {
  const label = isConfigNode(node) ? t('Content config') : node.name;
  const counts = contentStatuses
    .filter((status) => status !== 'blocked')
    .map(
      (status) => [status, node.counts[status] + (status === 'conflict' ? node.counts.blocked : 0)] as const,
    )
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${contentStatusWord(t, status).toLowerCase()}`);
  const description = node.unreadable === undefined ? counts.join(', ') : t('cannot be read');
  return {
    label,
    description,
    tooltip: [label, ...(node.path === '' ? [] : [node.path]), node.unreadable ?? counts.join(', ')],
    spoken: `${label}, ${description}`,
    contextValue: contextValues.source,
  };
}

function itemText(t: Translate, { difference: item, status }: ItemNode): NodeText {
  const label = itemLabel(t, item);
  const description = describeDifference(t, item);
  return {
    label,
    description,
    tooltip: itemTooltip(t, item),
    spoken: `${label}, ${description}`,
    contextValue: contextValues[status],
    statusWord: contentStatusWord(t, status),
  };
}

function itemTooltip(t: Translate, item: ContentDifference): string[] {
  const { file, row, fields } = item;
  const lines = [(file ?? row)?.title ?? itemLabel(t, item), describeDifference(t, item)];
  if (fields !== undefined && fields.length > 0) lines.push(t('Fields that differ: {0}', fields.join(', ')));
  if (item.kind === 'modified') {
    lines.push(
      t('Origin: {0}', originWords(t, item) || t('unknown; no earlier sync says which side changed')),
    );
  }
  if (file !== undefined) lines.push(t('File: {0}', file.path));
  if (row !== undefined) lines.push(t('Row last updated: {0}', row.updatedAt));
  if (row?.unholdable !== undefined) lines.push(t('No file can hold this row: {0}', row.unholdable));
  return lines;
}

/** Every item can have its folder and an index.md: there the folder is what tells files apart. */
function fileLabel(path: string): string {
  const parts = path.split('/');
  return parts.slice(parts.at(-1) === 'index.md' ? -2 : -1).join('/');
}

function invalidText(t: Translate, { problem, key, isRow }: InvalidNode): NodeText {
  const { path, line, message } = problem;
  const label = path === null ? (key === undefined ? t('A row') : itemLabel(t, key)) : fileLabel(path);
  const reason = line === null ? t('invalid: {0}', message) : t('invalid: line {0}: {1}', line, message);
  // The message names the row again, at length: the tooltip is the place for it.
  const description = isRow ? t('invalid: no file can hold this row') : reason;
  return {
    label,
    description,
    tooltip: [
      label,
      reason,
      ...(path === null ? [] : [t('File: {0}', path)]),
      t('It is touched on neither side.'),
    ],
    spoken: `${label}, ${reason}`,
    contextValue: isRow ? contextValues.invalidRow : contextValues.invalidFile,
    statusWord: contentStatusWord(t, 'invalid'),
  };
}
