import { describe, expect, it } from 'vitest';
import { withDatabase, type Database } from '../../../src/core/database/connection';
import { claimRun, finishRun, readJobRow, registerJob } from '../../../src/core/jobs/jobRow';
import { quietContext } from '../../../src/core/ports';
import { requireDatabase } from '../../../src/core/project/discoverProject';
import { createJobProject } from './jobEnvironment';

const name = 'content_sync';
const due = Date.UTC(2026, 0, 1, 12);

async function withRow(test: (db: Database) => Promise<void>): Promise<void> {
  const { project } = await createJobProject();
  await withDatabase(requireDatabase(project), { context: quietContext() }, async (db) => {
    await registerJob(db, name, { schedule: '0 * * * * *', nextRun: due });
    await test(db);
  });
}

const claim = (db: Database, seen: number) =>
  claimRun(db, { name, seen, now: due + 7, tick: { schedule: '0 * * * * *', due }, lease: false });

describe('the row of a job', () => {
  it('is given to one of two who saw the same', async () => {
    await withRow(async (db) => {
      expect(await claim(db, 0)).toBe(1);
      expect(await claim(db, 0)).toBeUndefined();
      expect(await readJobRow(db, name)).toMatchObject({
        nextRun: due,
        lastRun: due + 7,
        runCount: 1,
        ours: true,
      });
    });
  });

  it('is not touched by a run that another has taken over', async () => {
    await withRow(async (db) => {
      const first = (await claim(db, 0))!;
      const second = (await claim(db, first))!;
      const end = { name, now: due + 9, status: 'failed' as const, error: 'late', nextRun: due + 60_000 };
      expect(await finishRun(db, { ...end, runCount: first })).toBe(false);
      expect(await readJobRow(db, name)).toMatchObject({ lastStatus: 'running', nextRun: due });
      expect(await finishRun(db, { ...end, runCount: second })).toBe(true);
      expect(await readJobRow(db, name)).toMatchObject({ lastStatus: 'failed', nextRun: due + 60_000 });
    });
  });

  it("is known as a server's after a server has run the job", async () => {
    await withRow(async (db) => {
      await claim(db, 0);
      await db.query(
        "UPDATE scheduled_jobs SET last_run = '2026-01-01T12:00:00.123456Z', updated_at = '2026-01-01T12:00:00.123456Z'",
      );
      expect(await readJobRow(db, name)).toMatchObject({ ours: false, nextRun: due });
    });
  });

  it('stays as it is when another runner registers the job', async () => {
    await withRow(async (db) => {
      await registerJob(db, name, { schedule: '@daily', nextRun: undefined });
      expect(await readJobRow(db, name)).toMatchObject({ schedule: '0 * * * * *', nextRun: due });
    });
  });
});
