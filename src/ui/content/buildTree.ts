import { contentKeyText, type ContentKey, type ContentProblem } from '../../core/models/content';
import { invalidPlaces } from '../../core/content/invalidPlaces';
import type { ContentDiff, ContentDifference, SourceDiff } from '../../core/models/contentDiff';
import type { ChangeNode } from '../changes/changeNode';
import { contentStatuses, statusOfDifference, type ContentStatus } from './describeDifference';

/** A content source with something to look at. */
export interface SourceNode extends ChangeNode {
  readonly type: 'source';
  readonly name: string;
  /** Relative to the project's root; empty for the content config. */
  readonly path: string;
  readonly children: readonly ChildNode[];
  readonly counts: Readonly<Record<ContentStatus, number>>;
  readonly unreadable?: string;
}

/** An item that differs. */
export interface ItemNode extends ChangeNode {
  readonly type: 'item';
  /** `contentKeyText` of the item. */
  readonly key: string;
  readonly status: Exclude<ContentStatus, 'invalid'>;
  readonly difference: ContentDifference;
  readonly sourceName: string;
}

/** A file or row that cannot take part. */
export interface InvalidNode extends ChangeNode {
  readonly type: 'invalid';
  readonly status: 'invalid';
  readonly problem: ContentProblem;
  readonly key?: ContentKey;
  readonly isRow: boolean;
}

export type ChildNode = ItemNode | InvalidNode;
export type ContentNode = SourceNode | ChildNode;

/** Pseudo source for errors of the content config itself: they keep the project from being in sync. */
const configNodeId = 'config:';

/**
 * The tree of a diff: sources with differences, in the diff's order, and their items, sorted by status, then by slug and locale
 * as the diff has them. Ids depend on the item alone, so that expansion and checkmarks outlive a refresh. Pure.
 */
export function buildTree(diff: ContentDiff): SourceNode[] {
  const sources = diff.sources
    .map(sourceNode)
    .filter(({ children, unreadable }) => children.length > 0 || unreadable !== undefined);
  const faults = diff.warnings.filter(({ severity }) => severity === 'error');
  if (faults.length === 0) return sources;
  const children = uniqueInvalid(
    faults.map((problem) => ({ problem, keys: [], isRow: false })),
    configNodeId,
  );
  return [
    {
      area: 'content',
      type: 'source',
      id: configNodeId,
      checkable: false,
      name: '',
      path: '',
      children,
      counts: countStatuses(children),
    },
    ...sources,
  ];
}

/** True for the pseudo source that holds the errors of the content config. */
export function isConfigNode(node: SourceNode): boolean {
  return node.id === configNodeId;
}

const noChildren: readonly [] = [];

export function itemNodeId(key: string): string {
  return `content:${key}`;
}

export function isContentNode(node: ChangeNode): node is ContentNode {
  return node.area === 'content' && 'type' in node;
}

function sourceNode(source: SourceDiff): SourceNode {
  const items = source.differences.map((difference) => itemNode(source, difference));
  const invalid = uniqueInvalid(source.invalid, `invalid:${source.sourceId}:`);
  const children = [...sortByStatus(items), ...invalid];
  return {
    area: 'content',
    type: 'source',
    id: `source:${source.sourceId}`,
    checkable: false,
    name: source.names.join(', '),
    path: source.path,
    children,
    counts: { ...countStatuses(items), invalid: invalidPlaces(source.invalid).size },
    ...(source.unreadable !== undefined && { unreadable: source.unreadable }),
  };
}

/** A diff that was brought up to date shares its items with the one before. */
const itemNodes = new WeakMap<ContentDifference, ItemNode>();

function itemNode(source: SourceDiff, difference: ContentDifference): ItemNode {
  const known = itemNodes.get(difference);
  if (known?.sourceName === source.name) return known;
  const node = newItemNode(source, difference);
  itemNodes.set(difference, node);
  return node;
}

function newItemNode(source: SourceDiff, difference: ContentDifference): ItemNode {
  const key = contentKeyText(difference);
  const status = statusOfDifference(difference);
  return {
    area: 'content',
    type: 'item',
    id: itemNodeId(key),
    key,
    status,
    // A blocked conflict needs an edit first.
    checkable: status !== 'blocked',
    difference,
    sourceName: source.name,
    children: noChildren,
  };
}

/** Conflicts first: they are what needs a person. Within a status the diff's own order (slug, locale) stays. */
const statusOrder: readonly ContentStatus[] = [
  'conflict',
  'blocked',
  'modified',
  'added',
  'removed',
  'invalid',
];

function sortByStatus(items: readonly ItemNode[]): ItemNode[] {
  const byStatus = new Map<ContentStatus, ItemNode[]>(statusOrder.map((status) => [status, []]));
  for (const item of items) byStatus.get(item.status)?.push(item);
  return [...byStatus.values()].flat();
}

/** One file can have several problems, even at one place: a number keeps their ids apart. */
function uniqueInvalid(found: SourceDiff['invalid'], prefix: string): InvalidNode[] {
  const seen = new Map<string, number>();
  return found.map(({ problem, keys, isRow }) => {
    const [key] = keys;
    const place = `${prefix}${problem.path ?? (key ? contentKeyText(key) : '')}:${problem.rule}:${problem.line ?? 0}`;
    const repeats = seen.get(place) ?? 0;
    seen.set(place, repeats + 1);
    return {
      area: 'content',
      type: 'invalid',
      id: `${place}:${repeats}`,
      status: 'invalid',
      checkable: false,
      children: noChildren,
      problem,
      isRow,
      ...(key && { key }),
    };
  });
}

function countStatuses(children: readonly ChildNode[]): Record<ContentStatus, number> {
  const counts = Object.fromEntries(contentStatuses.map((status) => [status, 0])) as Record<
    ContentStatus,
    number
  >;
  for (const { status } of children) counts[status] += 1;
  return counts;
}
