import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createDemoWorkspace } from '../harness/demoWorkspace';
import type { DemoWorkspace } from '../harness/demoWorkspace';
import { useWorkbench } from '../harness/useWorkbench';

const view = 'Jobs and Releases';
const status = 'systempromptSync.status';
const patience = { timeout: 30_000, interval: 250 };
/** Due years away, whatever the clock says: a run of its own beside these tests is none that they asked for. */
const leapDays = '0 0 0 29 2 *';

/** One window and one project: the tests build on each other, from jobs that are off to jobs that are off again. */
describe('jobs in the editor', () => {
  let workspace: DemoWorkspace;
  const open = useWorkbench(async () => {
    workspace = await createDemoWorkspace();
    await edit('.systemprompt/sync/jobs.yaml', '0 */15 * * * *', leapDays);
    return { folder: workspace.directory };
  });
  afterAll(async () => workspace?.remove());

  const inProject = (relative: string) => path.join(workspace.directory, relative);
  const schedule = async (cron: string, parameters = 'sources: [pages]') =>
    writeFile(
      inProject('.systemprompt/sync/jobs.yaml'),
      `jobs:\n  - name: content_sync\n    schedule: '${cron}'\n    parameters: { ${parameters} }\n`,
    );
  const jobRow = async () => {
    const sql = `SELECT enabled, last_status, last_error, run_count FROM scheduled_jobs WHERE job_name = 'content_sync'`;
    const rows = await workspace.database.query<{
      enabled: boolean;
      last_status: string | null;
      last_error: string | null;
      run_count: number;
    }>(sql);
    return rows[0];
  };
  const bodyOf = async (slug: string) => {
    const sql = 'SELECT body FROM markdown_content WHERE slug = $1';
    return (await workspace.database.query<{ body: string }>(sql, [slug]))[0]?.body;
  };
  const sessions = async () => {
    const sql = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%jobs%'`;
    return (await workspace.database.query<{ n: number }>(sql))[0]?.n;
  };
  const described = async (label: string) =>
    (await open().workbench.treeRows(view)).find((row) => row.label === label)?.description ?? '';
  const statusName = async () => (await open().workbench.statusAccessibleName(status)).trim();
  const toasts = async () => (await open().workbench.toasts()).map(({ message }) => message);
  const edit = async (relative: string, from: string, to: string) => {
    const text = await readFile(inProject(relative), 'utf8');
    expect(text).toContain(from);
    await writeFile(inProject(relative), text.replace(from, to));
  };

  it('are off, and the view says how to turn them on', async () => {
    const { workbench } = open();
    await workbench.openContainer('Systemprompt Sync');
    await workbench.openView(view);
    await expect.poll(() => workbench.welcome(view), patience).toContain('Jobs are off');
    expect(await workbench.treeRows(view)).toEqual([]);
    expect(await sessions()).toBe(0);
    expect(await jobRow()).toBeUndefined();
  });

  it('are listed with the next run once they are on, the server’s own beside them', async () => {
    const { workbench } = open();
    await workbench.welcomeButton(view, 'Turn On Jobs');
    await expect
      .poll(() => described('content_sync'), patience)
      .toMatch(/^next Feb 2\d, 20\d\d.* · never run$/);
    await expect
      .poll(async () => (await workbench.treeRows(view)).map(({ label }) => label), patience)
      .toEqual(['Jobs', 'content_sync', 'access_control_sync', 'database_cleanup', 'publish_pipeline']);
    await expect.poll(() => described('access_control_sync'), patience).toBe('off · never run');
    await expect.poll(() => described('database_cleanup'), patience).toBe('server · 0 0 4 * * * · never run');
    await workbench.treeRow(view, 'database_cleanup').click({ button: 'right' });
    expect(await workbench.page.locator('.monaco-menu:visible .action-label').count()).toBe(0);
    expect(await toasts()).toEqual([]);
  });

  it('run now, by hand, and really write the rows', async () => {
    const { workbench } = open();
    await edit('services/content/pages/about.md', '# ', '# Really ');
    await workbench.rowAction(view, 'content_sync', 'Run Now');
    const { message, detail } = await workbench.modal();
    expect(message).toBe('Run content_sync? It changes 1 item.');
    expect(detail).toContain('about');
    await workbench.modalButton('Run');
    await expect.poll(() => bodyOf('about'), patience).toContain('Really');
    await expect
      .poll(() => described('content_sync'), patience)
      .toMatch(/^next .* · succeeded ([A-Z][a-z]+ )?\d/);
    expect(await jobRow()).toMatchObject({ last_status: 'success', run_count: 1 });
  });

  it('show their history on a click', async () => {
    const { workbench } = open();
    await workbench.treeRow(view, 'content_sync').click();
    await workbench.openTab('History of content_sync.md');
    const text = await workbench.editorText();
    expect(text).toMatch(/\| by hand \| succeeded \| [\d.]+ m?s \| 1 \| 1 \| \d{8}T/);
  });

  it('run on their schedule in the background, without a word', async () => {
    await open().workbench.clearToasts();
    await edit('services/content/pages/imprint.md', '# ', '# New ');
    await schedule('* * * * * *');
    await expect.poll(() => bodyOf('imprint'), patience).toContain('New');
    await schedule(leapDays);
    await expect.poll(() => described('content_sync'), patience).toMatch(/^next Feb 2\d, 20\d\d/);
    expect(await toasts()).toEqual([]);
  });

  it('show a failed run in the status bar until it is looked at, and pop up nothing', async () => {
    const { workbench } = open();
    await edit('services/content/config.yaml', 'content_sources:', 'content_sources: [');
    await schedule('* * * * * *');
    await expect.poll(statusName, patience).toContain('Systemprompt Sync: content_sync failed.');
    await schedule(leapDays);
    await edit('services/content/config.yaml', 'content_sources: [', 'content_sources:');
    await expect.poll(() => described('content_sync'), patience).toMatch(/next Feb 2\d, 20\d\d/);
    await expect.poll(() => workbench.statusText(status), patience).toContain('job failed');
    expect(await toasts()).toEqual([]);

    await workbench.statusItem(status).click();
    await workbench.openTab('History of content_sync.md');
    await expect.poll(() => workbench.editorText(), patience).toContain('on schedule | failed');
    await expect.poll(statusName, patience).not.toContain('failed');
    // The page writes what extensions remember a moment later.
    await workbench.page.waitForTimeout(1_500);
    await workbench.reload();
    await workbench.openContainer('Systemprompt Sync');
    await workbench.openView(view);
    await expect.poll(() => described('content_sync'), patience).toMatch(/next Feb 2\d, 20\d\d/);
    await expect.poll(statusName, patience).toContain('to bring to the database');
    expect(await statusName()).not.toContain('failed');
  });

  it('name the line of a schedule that cannot be used', async () => {
    const { workbench } = open();
    await schedule('* * * * *');
    await expect
      .poll(() => described('jobs.yaml'), patience)
      .toMatch(/^line 3: The schedule "\* \* \* \* \*"/);
    await schedule(leapDays);
    await expect
      .poll(async () => (await workbench.treeRows(view)).map(({ label }) => label), patience)
      .not.toContain('jobs.yaml');
  });

  it('are paused and resumed for every runner', async () => {
    const { workbench } = open();
    await workbench.rowAction(view, 'content_sync', 'Pause');
    await expect.poll(() => described('content_sync'), patience).toMatch(/paused/);
    expect((await jobRow())?.enabled).toBe(false);
    await workbench.rowAction(view, 'content_sync', 'Resume');
    await expect.poll(() => described('content_sync'), patience).toMatch(/next /);
    expect((await jobRow())?.enabled).toBe(true);
  });

  it('are run from the palette by name', async () => {
    const { workbench } = open();
    const before = (await jobRow())?.run_count ?? 0;
    await workbench.runCommand('Systemprompt Sync: Run Job…');
    expect(await workbench.picks()).toEqual(['content_sync', 'access_control_sync']);
    await workbench.pick('content_sync');
    await expect.poll(async () => (await jobRow())?.run_count, patience).toBe(before + 1);
  });

  it('hold no connection and run no more once they are turned off', async () => {
    const { workbench } = open();
    await schedule('* * * * * *');
    await expect.poll(sessions, patience).toBe(1);
    await workbench.titleMenu(view, 'Turn Off Jobs');
    await expect.poll(() => workbench.welcome(view), patience).toContain('Jobs are off');
    await expect.poll(sessions, patience).toBe(0);
    expect((await jobRow())?.last_status).not.toBe('running');
  });
});
