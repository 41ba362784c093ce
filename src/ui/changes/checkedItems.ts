import { leavesOf, type ChangeNode } from './changeNode';

/** Ids of the checked rows. The set is replaced, never changed. */
export type CheckedItems = ReadonlySet<string>;

/** What a checkbox shows: of a row above others, whether all of them are checked (there is no half state). */
export type CheckState = 'checked' | 'unchecked' | 'none';

export function checkState(node: ChangeNode, checked: CheckedItems): CheckState {
  if (node.children.length === 0) {
    if (!node.checkable) return 'none';
    return checked.has(node.id) ? 'checked' : 'unchecked';
  }
  let state: CheckState = 'none';
  for (const child of node.children) {
    const of = checkState(child, checked);
    if (of === 'unchecked') return of;
    if (of === 'checked') state = of;
  }
  return state;
}

function checkableLeaves(nodes: readonly ChangeNode[]): ChangeNode[] {
  return leavesOf(nodes).filter(({ checkable }) => checkable);
}

/**
 * The set after the user has clicked checkboxes: a row takes those below it along. A leaf's own click in the same batch wins
 * over its parents'.
 */
export function applyChecks(
  checked: CheckedItems,
  changes: readonly (readonly [ChangeNode, boolean])[],
): CheckedItems {
  const next = new Set(checked);
  const set = (nodes: readonly ChangeNode[], on: boolean) => {
    for (const { id } of checkableLeaves(nodes)) {
      if (on) next.add(id);
      else next.delete(id);
    }
  };
  for (const [node, on] of changes) if (node.children.length > 0) set(node.children, on);
  for (const [node, on] of changes) if (node.children.length === 0) set([node], on);
  return next;
}

/** Without the rows that a refresh did not find any more. */
export function keepExisting(checked: CheckedItems, tree: readonly ChangeNode[]): CheckedItems {
  if (checked.size === 0) return checked;
  const existing = new Set<string>();
  for (const { id } of checkableLeaves(tree)) if (checked.has(id)) existing.add(id);
  return existing;
}

/**
 * The rows to draw again after clicks: those whose checkbox has changed, the topmost only, since a row is drawn with all
 * below it; and the clicked ones, because a comparison that ended meanwhile may have drawn them as they were before.
 */
export function changedRows(
  tree: readonly ChangeNode[],
  before: CheckedItems,
  after: CheckedItems,
  clicked: ReadonlySet<string>,
): ChangeNode[] {
  return tree.flatMap((node) =>
    clicked.has(node.id) || checkState(node, before) !== checkState(node, after)
      ? [node]
      : changedRows(node.children, before, after, clicked),
  );
}
