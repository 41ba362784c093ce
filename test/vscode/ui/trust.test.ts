import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createDemoWorkspace } from '../harness/demoWorkspace';
import type { DemoWorkspace } from '../harness/demoWorkspace';
import { useWorkbench } from '../harness/useWorkbench';

const view = 'Changes';
const jobsOn = { 'systempromptSync.jobs.enabled': true };
const patience = { timeout: 30_000, interval: 250 };

describe('a window on a folder that is not trusted', () => {
  let workspace: DemoWorkspace;
  const open = useWorkbench(async () => {
    workspace = await createDemoWorkspace();
    // The folder itself turns the jobs on, with a tick each second.
    const inFolder = (name: string) => path.join(workspace.directory, name);
    await mkdir(inFolder('.vscode'), { recursive: true });
    await writeFile(inFolder('.vscode/settings.json'), JSON.stringify(jobsOn));
    await writeFile(
      inFolder('.systemprompt/sync/jobs.yaml'),
      "jobs:\n  - { name: content_sync, schedule: '* * * * * *', parameters: { sources: [pages] } }\n",
    );
    return { folder: workspace.directory, workspaceTrust: true };
  });
  afterAll(async () => workspace?.remove());

  const connections = async () => {
    const sql = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    return (await workspace.database.query<{ n: number }>(sql))[0]?.n;
  };

  const ticks = async () => {
    const sql = `SELECT coalesce(sum(run_count), 0)::int AS n FROM scheduled_jobs`;
    return (await workspace.database.query<{ n: number }>(sql))[0]?.n;
  };

  it('says so, reads nothing, and opens no database', async () => {
    const { workbench } = open();
    await workbench.openContainer('Systemprompt Sync');
    await expect.poll(() => workbench.welcome(view), patience).toContain('This folder is not trusted yet');
    expect(await workbench.treeRows(view)).toEqual([]);
    expect(await workbench.statusItem('systempromptSync.status').isVisible()).toBe(false);
    expect(await connections()).toBe(0);
    expect(await open().extensionLog()).not.toContain('Compared');
  });

  it('does not offer to compare or to push', async () => {
    const offered = await open().workbench.commands('Systemprompt Sync:');
    expect(offered).not.toContain('Systemprompt Sync: Refresh');
    expect(offered).not.toContain('Systemprompt Sync: Push to Database');
  });

  it('runs no job, whether the folder turns them on or the user does, and shows no view of them', async () => {
    const { server, workbench } = open();
    expect(await workbench.page.locator('.pane-header[aria-label^="Jobs and Releases"]').count()).toBe(0);
    for (const scope of ['User', 'Machine']) {
      const file = path.join(server.userDataFolder, scope, 'settings.json');
      const settings = JSON.parse(await readFile(file, 'utf8')) as object;
      await writeFile(file, JSON.stringify({ ...settings, ...jobsOn }));
    }
    // Longer than a tick takes to come.
    await workbench.page.waitForTimeout(2_500);
    expect(await ticks()).toBe(0);
    expect(await connections()).toBe(0);
    expect(await workbench.commands('Systemprompt Sync: Turn On')).toEqual([]);
  });

  it('compares as soon as the folder is trusted', async () => {
    const { workbench } = open();
    await workbench.welcomeButton(view, 'Manage Workspace Trust');
    await workbench.page
      .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ })
      .first()
      .click();
    await workbench.treeRow(view, 'guides').waitFor({ timeout: 60_000 });
  });

  it('runs the jobs from then on', async () => {
    await expect.poll(ticks, patience).toBeGreaterThan(0);
  });
});
