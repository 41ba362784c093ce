import type { AccessDiff } from '../../core/accessControl/accessDiff';
import type { AccessProblem } from '../../core/accessControl/accessProblem';
import { countOtherRules } from '../../core/accessControl/accessState';
import {
  accessTree,
  type AccessEntityNode,
  type AccessRuleNode,
  type AccessStatus,
} from '../../core/accessControl/accessTree';
import type { ChangeNode } from '../changes/changeNode';

interface InArea extends ChangeNode {
  readonly area: 'accessControl';
}

/** Above everything of the area. */
export interface AccessRoot extends InArea {
  readonly type: 'root';
  readonly counts: AccessCounts;
  /** Errors, which keep everything from being applied. */
  readonly errors: number;
  /** YAML files beside the two, left alone. */
  readonly others: readonly string[];
  readonly children: readonly AccessChild[];
}

/** An entity with its rules that differ or are not ours. */
export interface EntityNode extends InArea {
  readonly type: 'entity';
  readonly entity: AccessEntityNode;
  readonly counts: AccessCounts;
  readonly children: readonly RuleNode[];
}

export interface RuleNode extends InArea {
  readonly type: 'rule';
  readonly status: AccessStatus;
  readonly rule: AccessRuleNode;
  /** True where the database's rules are read by servers that look at more than an entity's own rules. */
  readonly isNewer: boolean;
}

/** An error of the files. */
export interface InvalidAccessNode extends InArea {
  readonly type: 'invalid';
  readonly status: 'invalid';
  readonly problem: AccessProblem;
}

/** Rules about users, departments and so on: counted, never touched. */
export interface OthersNode extends InArea {
  readonly type: 'others';
  readonly ruleType: string;
  readonly count: number;
}

type AccessChild = InvalidAccessNode | EntityNode | OthersNode;
export type AccessNode = AccessRoot | AccessChild | RuleNode;

export type AccessCounts = Readonly<Record<AccessStatus, number>>;

export const accessStatuses = ['conflict', 'modified', 'added', 'removed', 'unmanaged'] as const;

export function isAccessNode(node: ChangeNode): node is AccessNode {
  return node.area === 'accessControl' && 'type' in node;
}

/**
 * The one row of the area with all others below it; nothing where there is nothing to look at. While the files have errors
 * no row can be checked, since nothing can be applied. Pure.
 */
export function accessNodes(diff: AccessDiff): readonly AccessRoot[] {
  const { entities, invalid } = accessTree(diff);
  const isBlocked = invalid.length > 0;
  const isNewer = diff.state?.generation === 'newer';
  const entityNodes = entities.map((entity) => entityNode(entity, { isBlocked, isNewer }));
  const children = [...uniqueInvalid(invalid), ...entityNodes, ...othersNodes(diff)];
  if (children.length === 0) return [];
  const rules = entityNodes.flatMap((node) => node.children);
  return [
    {
      ...inArea('access-control'),
      type: 'root',
      counts: countStatuses(rules),
      errors: invalid.length,
      others: diff.others,
      children,
    },
  ];
}

function entityNode(
  entity: AccessEntityNode,
  { isBlocked, isNewer }: { readonly isBlocked: boolean; readonly isNewer: boolean },
): EntityNode {
  const children = entity.children.map((rule): RuleNode => ({
    ...inArea(rule.id),
    type: 'rule',
    status: rule.status,
    checkable: rule.item !== undefined && !isBlocked,
    rule,
    isNewer,
  }));
  return { ...inArea(entity.id), type: 'entity', entity, counts: countStatuses(children), children };
}

function othersNodes({ state }: AccessDiff): OthersNode[] {
  const counts = Object.entries(state ? countOtherRules(state) : {}).sort();
  return counts.map(([ruleType, count]) => ({
    ...inArea(`access-others:${ruleType}`),
    type: 'others',
    ruleType,
    count,
  }));
}

/** One place can have several problems: a number keeps their ids apart. */
function uniqueInvalid(problems: readonly AccessProblem[]): InvalidAccessNode[] {
  const seen = new Map<string, number>();
  return problems.map((problem) => {
    const place = `access-invalid:${problem.path ?? ''}:${problem.rule}:${problem.line ?? 0}`;
    const repeats = seen.get(place) ?? 0;
    seen.set(place, repeats + 1);
    return { ...inArea(`${place}:${repeats}`), type: 'invalid', status: 'invalid', problem };
  });
}

function inArea(id: string) {
  return { area: 'accessControl' as const, id, checkable: false, children: [] as readonly [] };
}

function countStatuses(rules: readonly RuleNode[]): AccessCounts {
  const counts = { conflict: 0, modified: 0, added: 0, removed: 0, unmanaged: 0 };
  for (const { status } of rules) counts[status] += 1;
  return counts;
}
