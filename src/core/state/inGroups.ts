/** Waiting for the disk is what takes the time: a few flushes at once are several times faster than one by one. */
const groupSize = 16;

/** Runs `task` for every item, a group at a time; the items of a group run at once, and all of them end before an error is thrown. */
export async function inGroups<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += groupSize) {
    const results = await Promise.allSettled(items.slice(start, start + groupSize).map(task));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }
}
