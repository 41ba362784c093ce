import { describe, expect, it } from 'vitest';
import { buildTree, type ChangesNode, type SourceNode } from '../../src/ui/changes/buildTree';
import {
  applyChecks,
  changedSources,
  isCheckable,
  keepExisting,
  sourceCheckState,
} from '../../src/ui/changes/checkedItems';
import { contentKeyText } from '../../src/core/models/content';
import { contentDiff, difference, problem, source } from './sampleDiff';

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
const [keyA, keyB] = blogItems.map(contentKeyText) as [string, string];
const keyD = contentKeyText(docsItems[0]!);
const nodeOf = (slug: string): ChangesNode =>
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
    expect(sourceCheckState(blog, one)).toBe('unchecked');
    const both = applyChecks(one, [[nodeOf('b'), true]]);
    expect(sourceCheckState(blog, both)).toBe('checked');
    expect(sourceCheckState(blog, applyChecks(both, [[nodeOf('a'), false]]))).toBe('unchecked');
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
    expect(isCheckable(nodeOf('c'))).toBe(false);
    expect(blog.children.filter(({ type }) => type === 'invalid').some(isCheckable)).toBe(false);
    const nothing = source([], { invalid });
    expect(sourceCheckState(buildTree(contentDiff([nothing]))[0]!, new Set())).toBe('none');
  });

  it('outlive a refresh where the item still differs, and are forgotten where it does not', () => {
    const after = buildTree(contentDiff([source([difference('b', 'conflict')])]));
    expect(keepExisting(new Set([keyA, keyB]), after)).toEqual(new Set([keyB]));
  });

  it('tell which sources have to be drawn again', () => {
    expect(changedSources(tree, new Set([keyA]), new Set([keyA, keyB, keyD]))).toEqual([blog, docs]);
    expect(changedSources(tree, new Set(), new Set([keyA]))).toEqual([]);
  });
});
