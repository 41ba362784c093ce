/**
 * How a row of the tree stands. `blocked` is a conflict that needs an edit, it cannot be decided by choosing a side;
 * `unmanaged` is not ours to change; `left` is not carried over, for a reason that its row tells.
 */
export const itemStatuses = [
  'added',
  'removed',
  'modified',
  'conflict',
  'blocked',
  'invalid',
  'unmanaged',
  'left',
] as const;
export type ItemStatus = (typeof itemStatuses)[number];

/** Letter and theme colour; what they mean is always said in words as well. */
export const statusMarks: Readonly<Record<ItemStatus, { readonly letter: string; readonly color: string }>> =
  {
    added: { letter: 'A', color: 'gitDecoration.addedResourceForeground' },
    removed: { letter: 'R', color: 'gitDecoration.deletedResourceForeground' },
    modified: { letter: 'M', color: 'gitDecoration.modifiedResourceForeground' },
    conflict: { letter: '!', color: 'gitDecoration.conflictingResourceForeground' },
    blocked: { letter: '!', color: 'gitDecoration.conflictingResourceForeground' },
    invalid: { letter: '×', color: 'list.errorForeground' },
    unmanaged: { letter: '·', color: 'gitDecoration.ignoredResourceForeground' },
    left: { letter: '–', color: 'gitDecoration.ignoredResourceForeground' },
  };
