import type { ItemStatus } from './itemStatus';

/** The domains that the Changes view shows, in its order. */
export const areaIds = ['content', 'accessControl', 'files', 'database'] as const;
export type AreaId = (typeof areaIds)[number];

/** A row of the Changes view, of whichever area. Areas add what their own commands need. */
export interface ChangeNode {
  readonly area: AreaId;
  /** Depends on the item alone, and is unique over all areas: expansion and checkmarks outlive a refresh. */
  readonly id: string;
  /** Letter and colour; absent for rows that only hold others. */
  readonly status?: ItemStatus;
  /** Commands move it when it is checked. A row above checkable ones has a checkbox that stands for all of them. */
  readonly checkable: boolean;
  /** A row that shows what is below it only when it is asked to; without it, how many there are decides. */
  readonly collapsed?: boolean;
  readonly children: readonly ChangeNode[];
}

/** Stands for an area that has nothing to show yet, or cannot be compared. */
export interface PlaceholderNode extends ChangeNode {
  readonly placeholder: 'waiting' | 'failed';
  /** Of `failed`: what stopped the comparison. */
  readonly error?: unknown;
}

const noChildren: readonly [] = [];

export function waitingNode(area: AreaId): PlaceholderNode {
  return { area, id: `placeholder:${area}`, checkable: false, children: noChildren, placeholder: 'waiting' };
}

export function failedNode(area: AreaId, error: unknown): PlaceholderNode {
  return { ...waitingNode(area), placeholder: 'failed', error };
}

export function isPlaceholder(node: ChangeNode): node is PlaceholderNode {
  return 'placeholder' in node;
}

/** The rows at the ends of the branches, in order. */
export function leavesOf(nodes: readonly ChangeNode[]): ChangeNode[] {
  const leaves: ChangeNode[] = [];
  const add = (node: ChangeNode): void => {
    if (node.children.length === 0) leaves.push(node);
    else node.children.forEach(add);
  };
  nodes.forEach(add);
  return leaves;
}
