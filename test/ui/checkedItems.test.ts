import { describe, expect, it } from 'vitest';
import { buildTree, itemNodeId, type SourceNode } from '../../src/ui/content/buildTree';
import type { ChangeNode } from '../../src/ui/changes/changeNode';
import { applyChecks, changedRows, checkState, keepExisting } from '../../src/ui/changes/checkedItems';
import { contentKeyText } from '../../src/core/models/content';
import { contentDiff, difference, problem, source } from './content/sampleDiff';

const blogItems = [difference('a', 'added'), difference('b', 'modified')];
const blocked = difference('c', 'conflict', { conflict: 'heldByAnotherSource', sides: 'file' });
const docsItems = [difference('d', 'removed', { sourceId: 'docs' })];
const invalid = [{ problem: problem('services/content/blog/x.md'), keys: [], isRow: false }];
const tree = buildTree(
  contentDiff([
    source([...blogItems, blocked], { invalid }),
    source(docsItems, { sourceId: 'docs', name: 'docs', names: ['docs'] }),
  ]),
);
const [blog, docs] = tree as [SourceNode, SourceNode];
const [keyA, keyB] = blogItems.map((item) => itemNodeId(contentKeyText(item))) as [string, string];
const keyD = itemNodeId(contentKeyText(docsItems[0]!));
const nodeOf = (slug: string): ChangeNode =>
  tree
    .flatMap(({ children }) => children)
    .find((node) => node.type === 'item' && node.difference.slug === slug)!;

describe('the checkboxes', () => {
  it('check all items of a source with the source, and only its own', () => {
    expect(applyChecks(new Set(), [[blog, true]])).toEqual(new Set([keyA, keyB]));
  });

  it('uncheck all items of a source with the source', () => {
    expect(applyChecks(new Set([keyA, keyB, keyD]), [[blog, false]])).toEqual(new Set([keyD]));
  });

  it('show a source as checked once its last item is, and no longer when one is not', () => {
    const one = applyChecks(new Set(), [[nodeOf('a'), true]]);
    expect(checkState(blog, one)).toBe('unchecked');
    const both = applyChecks(one, [[nodeOf('b'), true]]);
    expect(checkState(blog, both)).toBe('checked');
    expect(checkState(blog, applyChecks(both, [[nodeOf('a'), false]]))).toBe('unchecked');
  });

  it('let an item win over its source when both are clicked at once', () => {
    expect(
      applyChecks(new Set(), [
        [nodeOf('a'), false],
        [blog, true],
      ]),
    ).toEqual(new Set([keyB]));
  });

  it('leave the set that they were given as it is', () => {
    const before = new Set([keyA]);
    applyChecks(before, [[blog, false]]);
    expect(before).toEqual(new Set([keyA]));
  });

  it('are not there for conflicts that need an edit, and for invalid files', () => {
    expect(checkState(nodeOf('c'), new Set())).toBe('none');
    expect(blog.children.filter(({ type }) => type === 'invalid').some(({ checkable }) => checkable)).toBe(
      false,
    );
    const nothing = source([], { invalid });
    expect(checkState(buildTree(contentDiff([nothing]))[0]!, new Set())).toBe('none');
  });

  it('outlive a refresh where the item still differs, and are forgotten where it does not', () => {
    const after = buildTree(contentDiff([source([difference('b', 'conflict')])]));
    expect(keepExisting(new Set([keyA, keyB]), after)).toEqual(new Set([keyB]));
  });

  it('tell which rows have to be drawn again, the topmost of each branch', () => {
    const none = new Set<string>();
    expect(changedRows(tree, new Set([keyA]), new Set([keyA, keyB, keyD]), none)).toEqual([blog, docs]);
    expect(changedRows(tree, none, new Set([keyA]), none)).toEqual([nodeOf('a')]);
    expect(changedRows(tree, none, none, new Set([keyB]))).toEqual([nodeOf('b')]);
  });

  it('stand for all rows below, however deep', () => {
    const deep = { ...blog, id: 'folder', children: [blog, docs] } as unknown as ChangeNode;
    const all = applyChecks(new Set(), [[deep, true]]);
    expect(all).toEqual(new Set([keyA, keyB, keyD]));
    expect(checkState(deep, all)).toBe('checked');
    expect(checkState(deep, new Set([keyA, keyB]))).toBe('unchecked');
  });
});
