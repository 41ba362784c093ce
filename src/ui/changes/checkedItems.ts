import type { ChangesNode, ItemNode, SourceNode } from './buildTree';

/** Key texts of the checked items. The set is replaced, never changed. */
export type CheckedItems = ReadonlySet<string>;

/** Only what a command can move gets a checkbox; a blocked conflict or an invalid file needs an edit first. */
export function isCheckable(node: ChangesNode): node is ItemNode {
  return node.type === 'item' && node.status !== 'blocked';
}

function checkableItems(source: SourceNode): ItemNode[] {
  return source.children.filter(isCheckable);
}

/** `none` when there is nothing to check in it. A source is checked when every item of it is (there is no half state). */
export function sourceCheckState(
  source: SourceNode,
  checked: CheckedItems,
): 'checked' | 'unchecked' | 'none' {
  const items = checkableItems(source);
  if (items.length === 0) return 'none';
  return items.every(({ key }) => checked.has(key)) ? 'checked' : 'unchecked';
}

/**
 * The set after the user has clicked checkboxes: a source takes its items along. An item's own click in the same batch wins over
 * its source's.
 */
export function applyChecks(
  checked: CheckedItems,
  changes: readonly (readonly [ChangesNode, boolean])[],
): CheckedItems {
  const next = new Set(checked);
  const set = (key: string, on: boolean) => (on ? next.add(key) : next.delete(key));
  for (const [node, on] of changes) {
    if (node.type === 'source') for (const { key } of checkableItems(node)) set(key, on);
  }
  for (const [node, on] of changes) if (isCheckable(node)) set(node.key, on);
  return next;
}

/** Without the items that a refresh did not find any more. */
export function keepExisting(checked: CheckedItems, tree: readonly SourceNode[]): CheckedItems {
  if (checked.size === 0) return checked;
  const existing = new Set(tree.flatMap((source) => checkableItems(source).map(({ key }) => key)));
  return new Set([...checked].filter((key) => existing.has(key)));
}

/** Sources whose own checkbox changes between two sets: only their rows have to be drawn again. */
export function changedSources(
  tree: readonly SourceNode[],
  before: CheckedItems,
  after: CheckedItems,
): SourceNode[] {
  return tree.filter((source) => sourceCheckState(source, before) !== sourceCheckState(source, after));
}
