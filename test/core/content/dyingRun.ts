import { join } from 'node:path';
import { expect } from 'vitest';
import type { ContentDirection } from '../../../src/core/content/contentPlan';
import { bundleChild } from '../../support/childProcess';
import { listState } from '../state/temporaryProject';
import { carryOver, drifted, driftedFiles, sides, snapshot } from './driftedContent';

/**
 * Lets a real process die at its calls to the file system while it applies, at every `stride`th one from `first`: rows are all
 * old or all new, each file is whole, and the next run has nothing to refuse.
 *
 * @param moment after the call, or half-way through those that write
 * @returns how many deaths there were, and how many left files to be written
 */
export async function dieWhileApplying(
  direction: ContentDirection,
  moment: 'after' | 'half',
  stride: number,
): Promise<{ readonly deaths: number; readonly interrupted: number }> {
  const start = await bundleChild(join(import.meta.dirname, 'children', 'dyingContent.ts'));
  const p = await drifted(direction);
  const scene = await snapshot(p);
  const before = await sides(p);
  let [deaths, interrupted] = [0, 0];
  try {
    await carryOver(p, direction);
    const after = await sides(p);
    for (let at = 0, end: unknown = 'SIGKILL'; end === 'SIGKILL'; at += stride) {
      await scene.restore();
      end = await start(p.root, p.db.url, direction, moment, String(at)).ended;
      const where = `${direction}, ${moment} call ${at}, ended by ${String(end)}`;
      expect(['SIGKILL', 0], where).toContain(end);
      if (end === 'SIGKILL') deaths += 1;
      if ((await listState(p.root, 'journal')).length > 0) interrupted += 1;
      const meanwhile = await sides(p);
      expect([before.rows, after.rows], where).toContainEqual(meanwhile.rows);
      for (const name of driftedFiles)
        expect([before.files[name], after.files[name]], where).toContain(meanwhile.files[name]);
      expect(await carryOver(p, direction), where).toMatchObject({ success: true, errors: [] });
      expect(await sides(p), where).toEqual(after);
      expect((await p.sync().diff()).inSync, where).toBe(true);
      for (const part of ['journal', 'staging']) expect(await listState(p.root, part), where).toEqual([]);
    }
    return { deaths, interrupted };
  } finally {
    await scene.dispose();
    await p.dispose();
  }
}
