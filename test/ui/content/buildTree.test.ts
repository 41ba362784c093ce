import { describe, expect, it } from 'vitest';
import { buildTree, isConfigNode, itemNodeId } from '../../../src/ui/content/buildTree';
import { contentKeyText } from '../../../src/core/models/content';
import { contentDiff, difference, problem, source } from './sampleDiff';

describe('the tree of a diff', () => {
  it('lists sources in the order of the diff and leaves out those in sync', () => {
    const tree = buildTree(
      contentDiff([
        source([difference('b', 'added')], { name: 'zoo', names: ['zoo'], sourceId: 'zoo' }),
        source([], { name: 'quiet', names: ['quiet'], sourceId: 'quiet' }),
        source([difference('a', 'removed')], { name: 'art', names: ['art'], sourceId: 'art' }),
      ]),
    );
    expect(tree.map(({ name }) => name)).toEqual(['zoo', 'art']);
  });

  it('puts conflicts first, then modified, added and removed, and keeps the order within each', () => {
    const [blog] = buildTree(
      contentDiff([
        source([
          difference('a', 'added'),
          difference('b', 'removed'),
          difference('c', 'modified'),
          difference('d', 'conflict'),
          difference('e', 'conflict', { conflict: 'heldByAnotherSource', sides: 'file' }),
          difference('f', 'modified'),
        ]),
      ]),
    );
    const rows = blog?.children.map((node) =>
      node.type === 'item' ? `${node.difference.slug} ${node.status}` : '',
    );
    expect(rows).toEqual(['d conflict', 'e blocked', 'c modified', 'f modified', 'a added', 'b removed']);
  });

  it('gives an item an id that depends on its key alone, so that it outlives a change of its status', () => {
    const idOf = (item: ReturnType<typeof difference>) =>
      buildTree(contentDiff([source([item])]))[0]?.children[0]?.id;
    expect(idOf(difference('a', 'added'))).toBe(idOf(difference('a', 'modified')));
    expect(idOf(difference('a', 'added'))).toBe(
      itemNodeId(contentKeyText({ sourceId: 'blog', locale: 'en', slug: 'a' })),
    );
    expect(idOf(difference('a', 'added', { locale: 'de' }))).not.toBe(idOf(difference('a', 'added')));
  });

  it('keeps the ids of several problems of one file apart', () => {
    const twice = { problem: problem('services/content/blog/x.md'), keys: [], isRow: false };
    const [blog] = buildTree(contentDiff([source([], { invalid: [twice, twice] })]));
    expect(new Set(blog?.children.map(({ id }) => id)).size).toBe(2);
  });

  it('keeps all ids unique over sources that hold the same slug', () => {
    const items = [difference('a', 'added'), difference('a', 'added', { locale: 'de' })];
    const other = [difference('a', 'added', { sourceId: 'docs' })];
    const tree = buildTree(
      contentDiff([source(items), source(other, { sourceId: 'docs', name: 'docs', names: ['docs'] })]),
    );
    const ids = tree.flatMap(({ id, children }) => [id, ...children.map((child) => child.id)]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('shows a source that cannot be read', () => {
    const [blog] = buildTree(contentDiff([source([], { unreadable: 'no such directory' })]));
    expect(blog?.unreadable).toBe('no such directory');
  });

  it('shows errors of the content config on top, and leaves its warnings to the Problems panel', () => {
    const config = 'services/content/config.yaml';
    const warnings = [problem(config), problem(config, { severity: 'warning', line: 9 })];
    const tree = buildTree(contentDiff([source([difference('a', 'added')])], { warnings }));
    expect(tree.map(isConfigNode)).toEqual([true, false]);
    expect(tree[0]?.children).toHaveLength(1);
  });

  it('counts the items of a source by status', () => {
    const invalid = [{ problem: problem('services/content/blog/x.md'), keys: [], isRow: false }];
    const tree = buildTree(
      contentDiff([source([difference('a', 'added'), difference('b', 'conflict')], { invalid })], {
        warnings: [problem('services/content/config.yaml')],
      }),
    );
    expect(tree[1]?.counts).toMatchObject({ added: 1, conflict: 1, invalid: 1, modified: 0 });
  });

  it('stays linear in the number of items', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => difference(`item-${index}`, 'modified'));
    const [blog] = buildTree(contentDiff([source(many)]));
    expect(blog?.children).toHaveLength(20_000);
    expect(blog?.counts.modified).toBe(20_000);
  });
});
