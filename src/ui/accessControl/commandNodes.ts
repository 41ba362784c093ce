import type { ChangeNode } from '../changes/changeNode';
import type { Services } from '../services';
import { isAccessNode, type AccessNode, type RuleNode } from './accessNodes';

/** The rows that a command was invoked on, as the last comparison has them: a menu can be older than it. */
export function commandNodes({ store }: Services, [target, others]: readonly unknown[]): AccessNode[] {
  if (!isNode(target)) return [];
  const meant = Array.isArray(others) && others.length > 0 ? others.filter(isNode) : [target];
  const ids = new Set(meant.map(({ id }) => id));
  return allNodes(store.tree).filter(({ id }) => ids.has(id));
}

export function rulesOf(nodes: readonly AccessNode[]): RuleNode[] {
  return nodes.flatMap((node) => (node.type === 'rule' ? [node] : []));
}

/** The rules whose checkbox is ticked. */
export function checkedRules({ store }: Services): RuleNode[] {
  return rulesOf(allNodes(store.tree)).filter(({ id }) => store.checked.has(id));
}

function allNodes(nodes: readonly ChangeNode[]): AccessNode[] {
  return nodes.flatMap((node) => [...(isAccessNode(node) ? [node] : []), ...allNodes(node.children)]);
}

function isNode(value: unknown): value is AccessNode {
  return typeof value === 'object' && value !== null && 'area' in value && isAccessNode(value as ChangeNode);
}
