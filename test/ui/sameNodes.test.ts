import { describe, expect, it } from 'vitest';
import type { ChangeNode } from '../../src/ui/changes/changeNode';
import { failedNode, waitingNode } from '../../src/ui/changes/changeNode';
import { sameNodes } from '../../src/ui/changes/sameNodes';

interface Item extends ChangeNode {
  readonly seen: { readonly digest: string; readonly fields?: readonly string[] };
}

const item = (id: string, seen: Item['seen']): Item => ({
  area: 'content',
  id,
  status: 'modified',
  checkable: true,
  children: [],
  seen,
});

const above = (...children: ChangeNode[]): ChangeNode => ({
  area: 'content',
  id: 'source:blog',
  checkable: false,
  children,
});

describe('two trees are the same', () => {
  it('when every field of every row is, however often it was compared', () => {
    const tree = () => [above(item('a', { digest: '1', fields: ['title'] }), item('b', { digest: '2' }))];
    expect(sameNodes(tree(), tree())).toBe(true);
    expect(sameNodes([], [])).toBe(true);
  });

  it.each<[string, ChangeNode[], ChangeNode[]]>([
    ['a row more', [item('a', { digest: '1' })], []],
    ['another order', [above(), waitingNode('files')], [waitingNode('files'), above()]],
    ['another status', [item('a', { digest: '1' })], [{ ...item('a', { digest: '1' }), status: 'conflict' }]],
    ['other data', [above(item('a', { digest: '1' }))], [above(item('a', { digest: '2' }))]],
    ['one field more', [item('a', { digest: '1' })], [item('a', { digest: '1', fields: ['title'] })]],
    ['one field less', [item('a', { digest: '1', fields: ['title'] })], [item('a', { digest: '1' })]],
    ['a list in place of none', [item('a', { digest: '1', fields: [] })], [item('a', { digest: '1' })]],
    [
      'another error with the same words',
      [failedNode('files', new Error('no'))],
      [failedNode('files', new Error('no'))],
    ],
    ['no error any more', [failedNode('files', new Error('no'))], [waitingNode('files')]],
  ])('not with %s', (_, one, other) => {
    expect(sameNodes(one, other)).toBe(false);
    expect(sameNodes(other, one)).toBe(false);
  });
});
