import { Client } from 'pg';
import { expect, it } from 'vitest';
import { createContentProject, page } from '../support/contentProject';
import { runCli } from '../support/runCli';
import { untilBlocked } from '../support/untilBlocked';

it.each(['SIGINT', 'SIGTERM'] as const)(
  'exits with 130 on %s, and leaves both sides as they were',
  async (signal) => {
    const p = await createContentProject({ 'docs/a.md': page({ slug: 'a' }) });
    const other = new Client({ connectionString: p.db.url });
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query('LOCK TABLE markdown_content IN ACCESS EXCLUSIVE MODE');
      const run = await runCli(['content', 'to-db', '--json'], {
        cwd: p.root,
        env: { DATABASE_URL: p.db.url },
        onStart: (kill) => void untilBlocked(other).then(() => kill(signal)),
      });
      expect(run.code).toBe(130);
      expect(run.json()).toMatchObject({ error: { code: 'cancelled' } });
      await other.query('ROLLBACK');
      expect(await p.db.query('SELECT 1 FROM markdown_content')).toEqual([]);
      expect(
        (await runCli(['content', 'to-db'], { cwd: p.root, env: { DATABASE_URL: p.db.url } })).code,
      ).toBe(0);
    } finally {
      await other.end();
      await p.dispose();
    }
  },
);
