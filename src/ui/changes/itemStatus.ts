/**
 * How a row of the tree stands. `blocked` is a conflict that needs an edit, it cannot be decided by choosing a side;
 * `unmanaged` is not ours to change; `left` is not carried over, for a reason that its row tells.
 */
export const itemStatuses = [
  'added',
  'removed',
  'modified',
  'localAdded',
  'localModified',
  'localDeleted',
  'remoteAdded',
  'remoteModified',
  'remoteDeleted',
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
    // Where two sides are equals, an arrow says which of them has changed: the one of the status bar.
    localAdded: { letter: '↑A', color: 'gitDecoration.addedResourceForeground' },
    localModified: { letter: '↑M', color: 'gitDecoration.modifiedResourceForeground' },
    localDeleted: { letter: '↑D', color: 'gitDecoration.deletedResourceForeground' },
    remoteAdded: { letter: '↓A', color: 'gitDecoration.addedResourceForeground' },
    remoteModified: { letter: '↓M', color: 'gitDecoration.modifiedResourceForeground' },
    remoteDeleted: { letter: '↓D', color: 'gitDecoration.deletedResourceForeground' },
    conflict: { letter: '!', color: 'gitDecoration.conflictingResourceForeground' },
    blocked: { letter: '!', color: 'gitDecoration.conflictingResourceForeground' },
    invalid: { letter: '×', color: 'list.errorForeground' },
    unmanaged: { letter: '·', color: 'gitDecoration.ignoredResourceForeground' },
    left: { letter: '–', color: 'gitDecoration.ignoredResourceForeground' },
  };
