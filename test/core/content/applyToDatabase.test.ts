import { afterEach, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import { applyToDatabase } from '../../../src/core/content/applyToDatabase';
import { readContentConfig } from '../../../src/core/content/config/contentConfig';
import { ContentFiles } from '../../../src/core/content/contentFiles';
import type { ContentPlan } from '../../../src/core/content/contentPlan';
import { withDatabase, type Database } from '../../../src/core/database/connection';
import { quietContext } from '../../../src/core/ports';
import { requireDatabase } from '../../../src/core/project/discoverProject';
import { createBackupStore } from '../../../src/core/state/backupStore';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { applyUnderLock } from '../../../src/core/state/withProjectLock';
import { untilBlocked } from '../../support/untilBlocked';
import { createContentProject, page, type ContentProject } from '../../support/contentProject';

let current: ContentProject | undefined;

afterEach(async () => {
  await current?.dispose();
  current = undefined;
});

/** A project in which one push creates, updates and deletes. */
async function drifted(): Promise<{ p: ContentProject; plan: ContentPlan }> {
  const p = await createContentProject({
    'docs/change.md': page({ slug: 'change' }),
    'docs/remove.md': page({ slug: 'remove' }),
  });
  current = p;
  await p.apply({ direction: 'to-db' });
  await p.db.query(
    `INSERT INTO content_performance_metrics (id, content_id) SELECT slug, id FROM markdown_content`,
  );
  await p.write('docs/change.md', page({ slug: 'change', title: 'Changed' }));
  await p.write('docs/create.md', page({ slug: 'create' }));
  await p.remove('docs/remove.md');
  const sync = p.sync();
  return { p, plan: sync.plan(await sync.diff(), { direction: 'to-db', deleteOrphans: true }) };
}

async function apply(
  p: ContentProject,
  plan: ContentPlan,
  wrap: (db: Database) => Database,
): Promise<unknown> {
  const state = openStateDirectory(p.root);
  const context = quietContext();
  const files = new ContentFiles(await readContentConfig(p.project.servicesDir, p.root), p.root);
  const backups = createBackupStore(state);
  return applyUnderLock({ state, owner: 'test', context }, (lock) =>
    withDatabase(requireDatabase(p.project), { context }, (db) =>
      applyToDatabase({ plan, db: wrap(db), files, backups, backUpCreated: false, lock, context }),
    ),
  );
}

/** The session is ended by an administrator just before statement number `last`. */
function dyingAt(last: number, admin: Client, seen: { statements: number }): (db: Database) => Database {
  return (db) => ({
    ...db,
    transaction: (run, options) => db.transaction(() => run(db), options),
    async query(text, values, options) {
      seen.statements += 1;
      if (seen.statements === last) {
        const { rows } = await db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await admin.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      }
      return db.query(text, values, options);
    },
  });
}

describe('applyToDatabase', () => {
  it('leaves the database as it was when the session dies at any statement, and the next run succeeds', async () => {
    const { p, plan } = await drifted();
    const admin = new Client({ connectionString: p.db.url });
    await admin.connect();
    const rows = () => p.db.query('SELECT * FROM markdown_content ORDER BY slug');
    const before = await rows();
    try {
      for (let last = 1; ; last += 1) {
        const seen = { statements: 0 };
        const failure = await apply(p, plan, dyingAt(last, admin, seen)).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (failure === undefined) {
          // The statements ran out before the session was to die: every one of them has been tried.
          expect(seen.statements).toBe(last - 1);
          expect(last).toBeGreaterThan(8);
          break;
        }
        expect(failure).toMatchObject({ code: 'database' });
        expect(await rows()).toEqual(before);
        expect(await createBackupStore(openStateDirectory(p.root)).list()).toEqual([]);
      }
    } finally {
      await admin.end();
    }
    const after = await p.db.query('SELECT slug, title FROM markdown_content ORDER BY slug');
    expect(after).toEqual([
      { slug: 'change', title: 'Changed' },
      { slug: 'create', title: 'A page' },
    ]);
  });

  it('stops a statement that waits for another session when it is cancelled, and changes nothing', async () => {
    const { p, plan } = await drifted();
    const other = new Client({ connectionString: p.db.url });
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query(`SELECT 1 FROM markdown_content FOR UPDATE`);
      const abort = new AbortController();
      const running = p.sync({ signal: abort.signal }).apply(plan);
      const outcome = expect(running).rejects.toMatchObject({ code: 'cancelled' });
      await untilBlocked(other);
      abort.abort();
      await outcome;
      await other.query('ROLLBACK');
    } finally {
      await other.end();
    }
    expect(await p.db.query('SELECT title FROM markdown_content WHERE slug = $1', ['change'])).toEqual([
      { title: 'A page' },
    ]);
    await expect(p.sync().apply(plan)).resolves.toMatchObject({ success: true });
  });

  it('counts what the database answers, not what was asked for', async () => {
    const { p, plan } = await drifted();
    await p.db.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`);
    await p.db.query(
      `CREATE TRIGGER refuse BEFORE UPDATE OR DELETE ON markdown_content FOR EACH ROW EXECUTE FUNCTION refuse()`,
    );
    await expect(p.sync().apply(plan)).resolves.toMatchObject({
      success: false,
      items_synced: 1,
      details: { created: 1, updated: 0, deleted: 0 },
    });
  });
});
