import { expect, it } from 'vitest';
import { compareFiles } from '../../../src/core/files/compareFiles';
import type { ExcludedFile } from '../../../src/core/files/excludedFile';
import { FilesByPath } from '../../../src/core/files/filesByPath';
import { filesTree, type FilesNode } from '../../../src/core/files/filesTree';
import type { RemoteState } from '../../../src/core/files/remoteTree';

const state: RemoteState = {
  checksum: '',
  conditional: true,
  directories: ['content', 'skills'],
  maxBodyBytes: 1e6,
  deletions: true,
  source: 'manifest',
};

type Contents = Readonly<Record<string, string>>;

/** @param base what both agreed on; without it they never did */
function treeOf(local: Contents, remote: Contents, base?: Contents, excluded: readonly ExcludedFile[] = []) {
  const files = (contents: Contents) =>
    new FilesByPath(
      Object.entries(contents).map(([path, digest]) => ({
        path,
        digest,
        size: digest.length,
        executable: false,
      })),
    );
  return filesTree(
    compareFiles({
      local: { files: files(local), excluded },
      remote: { files: files(remote), excluded: [], state },
      base: base && new Map(Object.entries(base).map(([path, digest]) => [path, { digest }])),
      tenant: 't',
      states: [],
    }),
  );
}

/** A line per node: what a person sees. */
function linesOf(nodes: readonly FilesNode[], indent = ''): string[] {
  return nodes.flatMap((node) =>
    node.kind === 'folder'
      ? [`${indent}${node.label}/`, ...linesOf(node.children, `${indent}  `)]
      : [`${indent}${node.label}: ${node.status} ${node.change}`],
  );
}

it('shows folders before files, and one that holds nothing but another one as one', () => {
  const { children, open } = treeOf(
    {
      'content/b.md': 'b',
      'content/blog/2024/x.md': 'x',
      'skills/one/SKILL.md': 's',
      'content/same.md': '=',
    },
    { 'content/a.md': 'a', 'content/blog/2024/old/y.md': 'y', 'content/same.md': '=' },
  );
  expect(linesOf(children)).toEqual([
    'content/',
    '  blog/2024/',
    '    old/',
    '      y.md: remote added',
    '    x.md: local added',
    '  a.md: remote added',
    '  b.md: local added',
    'skills/one/',
    '  SKILL.md: local added',
  ]);
  expect(open).toBe(5);
});

it('says of each file where the change lies, and what it is', () => {
  const { children, counts } = treeOf(
    {
      'content/edited': '2',
      'content/new': '1',
      'content/both': '2',
      'content/gone-there': '1',
      'content/z': '1',
    },
    { 'content/edited': '1', 'content/both': '3', 'content/gone-here': '1', 'content/z': '2' },
    { 'content/edited': '1', 'content/both': '1', 'content/gone-there': '1', 'content/gone-here': '1' },
  );
  expect(linesOf(children)).toEqual([
    'content/',
    '  both: conflict modified',
    '  edited: local modified',
    '  gone-here: local deleted',
    '  gone-there: remote deleted',
    '  new: local added',
    '  z: conflict modified',
  ]);
  expect(counts).toEqual({ local: 3, remote: 1, conflict: 2, invalid: 0 });
});

it('shows what cannot be read, and a name that not every disk can hold beside another one, as invalid', () => {
  const unreadable = {
    path: 'skills/x/',
    kind: 'unreadable',
    reason: 'no permission',
    side: 'local',
  } as const;
  const ignored = { path: 'content/tmp', kind: 'ignored', reason: 'ignored', side: 'local' } as const;
  const { children, excluded, counts } = treeOf(
    { 'content/a.md': '1' },
    { 'content/A.md': '1' },
    { 'content/A.md': '1' },
    [unreadable, ignored],
  );
  expect(linesOf(children)).toEqual([
    'content/',
    '  A.md: local deleted',
    '  a.md: invalid added',
    'skills/',
    '  x: invalid modified',
  ]);
  expect(excluded).toEqual([ignored]);
  expect(counts).toEqual({ local: 1, remote: 0, conflict: 0, invalid: 2 });
});

it('gives a folder the paths of all that is below it, and ids that do not depend on the rest', () => {
  const [content] = treeOf({ 'content/a/1': '1', 'content/a/b/2': '2' }, {}).children;
  expect(content).toMatchObject({ label: 'content/a', paths: ['content/a/1', 'content/a/b/2'] });
  const [again] = treeOf({ 'content/a/1': '9', 'content/a/b/2': '2', 'content/c': '3' }, {}).children;
  const inside = again?.kind === 'folder' ? again.children[0] : undefined;
  expect(inside?.id).toBe(content?.id);
});
