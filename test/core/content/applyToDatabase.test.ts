import { afterEach, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import { applyToDatabase } from '../../../src/core/content/applyToDatabase';
import { readContentConfig } from '../../../src/core/content/config/contentConfig';
import { ContentLocalSync } from '../../../src/core/content/contentLocalSync';
import { ContentFiles } from '../../../src/core/content/contentFiles';
import type { ContentPlan } from '../../../src/core/content/contentPlan';
import { withDatabase, type Database } from '../../../src/core/database/connection';
import { quietContext } from '../../../src/core/ports';
import { discoverProject, requireDatabase } from '../../../src/core/project/discoverProject';
import { createBackupStore } from '../../../src/core/state/backupStore';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { applyUnderLock } from '../../../src/core/state/withProjectLock';
import { SyncError } from '../../../src/core/syncError';
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
  wrap: (db: Database) => Database = (db) => db,
  read?: ContentFiles['readUndecoded'],
): Promise<unknown> {
  const state = openStateDirectory(p.root);
  const context = quietContext();
  const files = new ContentFiles(await readContentConfig(p.project.servicesDir, p.root), p.root);
  if (read) files.readUndecoded = read;
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

  it('leaves a slug alone that was taken after the plan was made, and writes the others', async () => {
    const { p, plan } = await drifted();
    await p.db.query(
      `INSERT INTO markdown_content (id, slug, locale, title, description, body, author, published_at, keywords, source_id, version_hash)
       VALUES ('theirs', 'create', 'en', 'Theirs', '', '', 'a', now(), '', 'other', '')`,
    );
    await expect(p.sync().apply(plan)).resolves.toMatchObject({
      success: false,
      items_synced: 2,
      details: { created: 0, updated: 1, deleted: 1 },
      errors: [expect.stringContaining('the slug has been taken in the database')],
    });
    expect(await p.db.query(`SELECT id, title FROM markdown_content WHERE slug = 'create'`)).toEqual([
      { id: 'theirs', title: 'Theirs' },
    ]);
    expect(await createBackupStore(openStateDirectory(p.root)).list()).toHaveLength(1);
  });

  it('says of new rows too only what was written', async () => {
    const { p } = await drifted();
    await p.write('docs/refused.md', page({ slug: 'refused' }));
    await p.db.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`);
    await p.db.query(
      `CREATE TRIGGER refuse BEFORE INSERT ON markdown_content FOR EACH ROW WHEN (NEW.slug = 'refused') EXECUTE FUNCTION refuse()`,
    );
    await expect(p.apply({ direction: 'to-db' })).resolves.toMatchObject({
      success: false,
      details: { created: 1, updated: 1 },
    });
  });

  it('writes rows into a table that has lost the default of its times', async () => {
    const { p, plan } = await drifted();
    await p.db.query('ALTER TABLE markdown_content ALTER updated_at DROP DEFAULT');
    await expect(p.sync().apply(plan)).resolves.toMatchObject({ success: true, details: { created: 1 } });
  });

  it('writes rows into a table that takes no COPY from its user', async () => {
    const { p, plan } = await drifted();
    await p.db.query('CREATE ROLE content_writer LOGIN PASSWORD $$w$$');
    await p.db.query('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO content_writer');
    await p.db.query('ALTER TABLE markdown_content ENABLE ROW LEVEL SECURITY');
    await p.db.query('CREATE POLICY all_rows ON markdown_content USING (true) WITH CHECK (true)');
    const url = new URL(p.db.url);
    [url.username, url.password] = ['content_writer', 'w'];
    const project = await discoverProject({ start: p.root, env: {}, databaseUrl: url.href });
    try {
      await expect(new ContentLocalSync(project, quietContext()).apply(plan)).resolves.toMatchObject({
        success: true,
        details: { created: 1, updated: 1, deleted: 1 },
      });
    } finally {
      await p.db.query('DROP OWNED BY content_writer');
      await p.db.query('DROP ROLE content_writer');
    }
  });

  it('rolls back, and names the file, when one cannot be read while rows are on their way', async () => {
    const { p, plan } = await drifted();
    const before = await p.db.query('SELECT * FROM markdown_content ORDER BY slug');
    const failure = new SyncError('io', 'docs/create.md cannot be read (EIO).');
    const failing = apply(p, plan, undefined, () => {
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    expect(await p.db.query('SELECT * FROM markdown_content ORDER BY slug')).toEqual(before);
    await expect(p.sync().apply(plan)).resolves.toMatchObject({ success: true });
  });
});
