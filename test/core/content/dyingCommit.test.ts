import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContentLocalSync } from '../../../src/core/content/contentLocalSync';
import { quietContext } from '../../../src/core/ports';
import { discoverProject } from '../../../src/core/project/discoverProject';
import { createBackupStore } from '../../../src/core/state/backupStore';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { SyncError } from '../../../src/core/syncError';
import { createContentProject, page, type ContentProject } from '../../support/contentProject';
import { startStatementProxy, type StatementProxy } from '../accessControl/statementProxy';

let p: ContentProject;
let proxy: StatementProxy;

beforeEach(async () => {
  p = await createContentProject({ 'docs/a.md': page({ slug: 'a' }) });
  proxy = await startStatementProxy();
  await p.apply({ direction: 'to-db' });
  await p.write('docs/a.md', page({ slug: 'a', title: 'New' }));
  await p.write('docs/b.md', page({ slug: 'b' }));
});

afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  await p.dispose();
});

const titles = () => p.db.query('SELECT slug, title FROM markdown_content ORDER BY slug');

describe('a database that dies while content is written', () => {
  it('holds all or nothing after every answer, COMMIT included, and the next run finishes', async () => {
    const project = await discoverProject({ start: p.root, env: {}, databaseUrl: proxy.through(p.db.url) });
    const sync = new ContentLocalSync(project, quietContext());
    const before = await titles();
    const complete = [
      { slug: 'a', title: 'New' },
      { slug: 'b', title: 'A page' },
    ];
    // Through the proxy it is another database, for which there is no base: hence the overriding.
    const unknown: unknown[] = [];
    let ran = false;
    for (let last = 1; !ran; last += 1) {
      expect(last).toBeLessThan(60);
      proxy.plan();
      const plan = sync.plan(await sync.diff(), { direction: 'to-db', override: true });
      proxy.plan(last, async (pid) => {
        await p.db.query('SELECT pg_terminate_backend($1)', [pid]);
        // The answer is lost with the session.
        await proxy.cut();
      });
      const failure = await sync.apply(plan).then(
        () => undefined,
        (error: unknown) => error,
      );
      ran = failure === undefined;
      const now = await titles();
      expect([before, complete]).toContainEqual(now);
      if (!SyncError.is(failure)) continue;
      expect(failure.code).toBe('database');
      if (failure.details?.['outcomeUnknown'] !== true) expect(now).toEqual(before);
      if (now.length === 1) continue;
      // COMMIT was carried out and nobody heard of it: the message says that it may have been, and the backup is there.
      unknown.push(failure.details?.['outcomeUnknown']);
      expect(await createBackupStore(openStateDirectory(p.root)).list()).toHaveLength(1);
      proxy.plan();
      expect((await sync.diff()).inSync).toBe(true);
      break;
    }
    expect(unknown).toEqual([true]);
    proxy.plan();
    await expect(sync.apply(sync.plan(await sync.diff(), { direction: 'to-db' }))).resolves.toMatchObject({
      success: true,
      items_synced: 0,
    });
    expect(await titles()).toEqual(complete);
  });
});
