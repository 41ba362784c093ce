import { expect } from 'vitest';
import type { ContentDirection } from '../../../src/core/content/contentPlan';
import { createBackupStore } from '../../../src/core/state/backupStore';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { fullDisk } from '../state/fullDiskFileSystem';
import { listState } from '../state/temporaryProject';
import { carryOver, drifted, driftedFiles, sides, snapshot } from './driftedContent';

/**
 * Applies on a disk that is full at the first write, then at one `stride` later, and so on until no write is left: rows are
 * all old or all new, each file is whole, what was replaced is in a backup, and the next run ends in sync.
 *
 * @returns how many runs failed
 */
export async function fillDisk(
  direction: ContentDirection,
  lasting: boolean,
  stride: number,
): Promise<number> {
  const p = await drifted(direction);
  const start = await snapshot(p);
  const before = await sides(p);
  try {
    await carryOver(p, direction);
    const after = await sides(p);
    let failures = 0;
    for (let at = 1, ended = false; !ended; at += stride) {
      expect(at).toBeLessThan(500);
      await start.restore();
      const disk = fullDisk(at, lasting);
      const failure: unknown = await carryOver(p, direction, disk).then(
        () => undefined,
        (error: unknown) => error,
      );
      ended = !disk.wasFull();
      if (failure !== undefined) {
        failures += 1;
        expect(failure).toMatchObject({ code: 'io', message: expect.stringContaining('no space') as string });
      }
      const meanwhile = await sides(p);
      expect([before.rows, after.rows]).toContainEqual(meanwhile.rows);
      for (const name of driftedFiles)
        expect([before.files[name], after.files[name]]).toContain(meanwhile.files[name]);
      if (JSON.stringify(meanwhile) !== JSON.stringify(before)) {
        const [backup] = await createBackupStore(openStateDirectory(p.root)).list();
        expect(backup?.operation).toBe(direction === 'to-db' ? 'content_to_db' : 'content_to_disk');
      }
      expect(await carryOver(p, direction)).toMatchObject({ success: true, errors: [] });
      expect(await sides(p)).toEqual(after);
      expect((await p.sync().diff()).inSync).toBe(true);
      expect(await listState(p.root, 'journal')).toEqual([]);
      expect(await listState(p.root, 'staging')).toEqual([]);
    }
    return failures;
  } finally {
    await start.dispose();
    await p.dispose();
  }
}
