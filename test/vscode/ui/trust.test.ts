import { afterAll, describe, expect, it } from 'vitest';
import { createDemoWorkspace } from '../harness/demoWorkspace';
import type { DemoWorkspace } from '../harness/demoWorkspace';
import { useWorkbench } from '../harness/useWorkbench';

const view = 'Changes';
const patience = { timeout: 30_000, interval: 250 };

describe('a window on a folder that is not trusted', () => {
  let workspace: DemoWorkspace;
  const open = useWorkbench(async () => {
    workspace = await createDemoWorkspace();
    return { folder: workspace.directory, workspaceTrust: true };
  });
  afterAll(async () => workspace?.remove());

  const connections = async () => {
    const sql = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
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

  it('compares as soon as the folder is trusted', async () => {
    const { workbench } = open();
    await workbench.welcomeButton(view, 'Manage Workspace Trust');
    await workbench.page
      .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ })
      .first()
      .click();
    await workbench.treeRow(view, 'guides').waitFor({ timeout: 60_000 });
  });
});
