import { Client } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { requireDatabase } from '../../../src/core/project/discoverProject';
import { withJobSession } from '../../../src/core/jobs/jobSession';
import { quietContext } from '../../../src/core/ports';
import { createJobProject, nothingToDo } from './jobEnvironment';
import { startPooler } from './transactionPooler';

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** What the server's scheduler does before it runs a job. */
const serverLock = "SELECT pg_try_advisory_lock(hashtext('content_sync')) AS granted";

describe('the lock of a job', () => {
  it("is the server's own: held there, it is not to be had here, and the other way round", async () => {
    const { db, project } = await createJobProject();
    const server = await connected(db.url);
    await server.query(serverLock);
    await withJobSession(requireDatabase(project), quietContext(), async ({ tryLock }) => {
      expect(await tryLock('content_sync')).toBeUndefined();
      await server.query("SELECT pg_advisory_unlock(hashtext('content_sync'))");
      const lock = await tryLock('content_sync');
      expect(lock?.kind).toBe('advisory');
      expect((await server.query(serverLock)).rows).toEqual([{ granted: false }]);
      await lock?.release();
      expect((await server.query(serverLock)).rows).toEqual([{ granted: true }]);
    });
  });

  it('is gone with its connection, and that is noticed', async () => {
    const { db, project } = await createJobProject();
    await withJobSession(requireDatabase(project), quietContext(), async (session) => {
      const lock = await session.tryLock('content_sync');
      const lost = new Promise((resolve) => session.lost.addEventListener('abort', resolve));
      await db.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'systemprompt-sync jobs' AND datname = current_database()",
      );
      await lost;
      await lock?.release();
      expect(await db.query(serverLock)).toEqual([{ granted: true }]);
    });
  });

  it.each([1, 2, 4])('is refused behind a pooler in transaction mode with %i sessions', async (size) => {
    let calls = 0;
    const { db, project, service } = await createJobProject();
    const pooled = await startPooler(db.url, 'transaction', size + 1);
    const throughPooler = { ...requireDatabase(project), url: () => pooled };
    await expect(
      withJobSession(throughPooler, quietContext(), async () => void (calls += 1)),
    ).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('pooler in transaction mode') as string,
    });
    expect(calls).toBe(0);
    expect((await service().list()).warnings).toEqual([]);
  });

  it('is held behind a pooler in session mode', async () => {
    const { db, project } = await createJobProject();
    const pooled = await startPooler(db.url, 'session');
    const throughPooler = { ...requireDatabase(project), url: () => pooled };
    await withJobSession(throughPooler, quietContext(), async ({ tryLock }) => {
      expect((await tryLock('content_sync'))?.kind).toBe('advisory');
      expect(await db.query(serverLock)).toEqual([{ granted: false }]);
    });
  });
});

describe('a database without advisory locks', () => {
  const removeLocks = `SET allow_system_table_mods = on;
    ALTER FUNCTION pg_catalog.pg_try_advisory_lock(bigint) RENAME TO no_such_lock`;

  const grantEverything = `${removeLocks};
    CREATE FUNCTION pg_catalog.pg_try_advisory_lock(bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true'`;

  it.each([
    ['refuses them', removeLocks],
    ['grants them without having any', grantEverything],
  ])('that %s makes the row the lock, while it says running and is renewed', async (_, without) => {
    const { db, service } = await createJobProject();
    await db.query(without);
    let insideSecond: unknown;
    const first = await service({
      run: async () => {
        insideSecond = await service({ run: async () => nothingToDo })
          .run('content_sync')
          .catch((error: unknown) => error);
        return nothingToDo;
      },
    }).run('content_sync');
    expect(first.outcome.status).toBe('success');
    expect(insideSecond).toMatchObject({ code: 'locked' });
    expect((await service({ run: async () => nothingToDo }).run('content_sync')).outcome.status).toBe(
      'success',
    );
  });

  it('lets a lease be taken over that nobody renews any more', async () => {
    const { db, service } = await createJobProject();
    await db.query(removeLocks);
    const insert = (silent: string) =>
      db.query(`INSERT INTO scheduled_jobs (id, job_name, schedule, last_status, last_run, updated_at, run_count)
        VALUES ('a', 'content_sync', '', 'running', now() - interval '${silent}', now() - interval '${silent}', 7)
        ON CONFLICT (job_name) DO UPDATE SET last_status = 'running', updated_at = excluded.updated_at`);
    const run = () => service({ run: async () => nothingToDo }).run('content_sync');
    await insert('5 seconds');
    await expect(run()).rejects.toMatchObject({ code: 'locked' });
    await insert('1 minute');
    expect((await run()).outcome.status).toBe('success');
    expect(await db.query('SELECT last_status, run_count FROM scheduled_jobs')).toEqual([
      { last_status: 'success', run_count: 8 },
    ]);
  });
});
