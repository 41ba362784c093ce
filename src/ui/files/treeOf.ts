import type { FilesDiff } from '../../core/files/filesDiff';
import { filesTree, type FilesTree } from '../../core/files/filesTree';

const trees = new WeakMap<FilesDiff, FilesTree>();

/** The tree of a comparison, which never changes: made once for its rows and its counts, since it may be large. */
export function treeOf(diff: FilesDiff): FilesTree {
  const tree = trees.get(diff) ?? filesTree(diff);
  trees.set(diff, tree);
  return tree;
}
