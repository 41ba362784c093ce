import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { drifted, sides } from '../core/content/driftedContent';
import { listState } from '../core/state/temporaryProject';
import { bundleChild } from '../support/childProcess';
import type { ContentProject } from '../support/contentProject';
import { runCli } from '../support/runCli';

/** The call of the file system after which a run dies between two files: found once, a little early. */
let deadly = 200;

/** A project in which a run was killed between two of the files that it wrote. */
async function interrupted(): Promise<ContentProject> {
  const start = await bundleChild(join(import.meta.dirname, '../core/content/children/dyingContent.ts'));
  for (let at = deadly; at < 400; at += 4) {
    deadly = at;
    const p = await drifted('to-disk');
    const before = await sides(p);
    await start(p.root, p.db.url, 'to-disk', 'after', String(at)).ended;
    const { files } = await sides(p);
    const isBegun = JSON.stringify(files) !== JSON.stringify(before.files);
    if (isBegun && (await listState(p.root, 'journal')).length > 0) return p;
    await p.dispose();
  }
  throw new Error('No death fell between two files.');
}

it.each([['to-disk'], ['to-db']] as const)(
  'an interrupted run is told by commands that only look, and completed by the next content %s, which then succeeds',
  async (direction) => {
    const p = await interrupted();
    try {
      const cli = (...args: string[]) =>
        runCli([...args, '--json'], { cwd: p.root, env: { DATABASE_URL: p.db.url } });
      const [before, journal] = [await sides(p), await listState(p.root, 'journal')];
      for (const looking of [['content', 'diff'], ['status'], ['content', direction, '--dry-run']]) {
        const { stderr } = await cli(...looking);
        expect(stderr, looking.join(' ')).toContain('A run was interrupted while it wrote 3 files');
      }
      expect([await sides(p), await listState(p.root, 'journal')]).toEqual([before, journal]);

      const run = await cli('content', direction, '--delete-orphans', '--override', '--yes');
      expect([run.code, run.json()], run.stderr).toMatchObject([0, { success: true, errors: [] }]);
      const after = await sides(p);
      expect(Object.keys(after.files)).toEqual(['change.md', 'create.md', 'same.md']);
      expect(after.rows).toMatchObject([{ slug: 'change' }, { slug: 'create' }, { slug: 'same' }]);
      expect(after.files['change.md']).toContain('Changed');
      const again = await cli('content', 'diff');
      expect([again.code, again.stderr]).toEqual([0, '']);
      expect(await readdir(join(p.root, '.systemprompt/sync/journal'))).toEqual([]);
    } finally {
      await p.dispose();
    }
  },
);
