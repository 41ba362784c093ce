import { afterAll, describe, expect, it } from 'vitest';
import { addContext, addUser } from '../../core/database/sync/databasePair';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { createDemoWorkspace } from '../harness/demoWorkspace';
import type { DemoWorkspace } from '../harness/demoWorkspace';
import { useWorkbench } from '../harness/useWorkbench';

const view = 'Changes';
const patience = { timeout: 30_000, interval: 250 };

/** Users and contexts of the sample project's database and of a second real one, which stands for the tenant's. */
describe('users and contexts of two databases', () => {
  let workspace: DemoWorkspace;
  let cloud: TestDatabase;
  const open = useWorkbench(async () => {
    workspace = await createDemoWorkspace();
    cloud = await createTestDatabase({ schema: ['users'] });
    const own = workspace.database;
    await addUser(own, { id: 'ann', name: 'ann', full_name: 'Ann New', updated_at: '2026-02-02T00:00:00Z' });
    await addUser(cloud, { id: 'ann', name: 'ann', full_name: 'Ann Old' });
    await addUser(own, { id: 'bea', name: 'bea' });
    await addUser(cloud, { id: 'cid', name: 'cid' });
    await addUser(own, { id: 'dan', name: 'dan' });
    await addUser(cloud, { id: 'dan', name: 'dan' });
    await addContext(own, 'talk', 'dan', 'own name');
    await addContext(cloud, 'talk', 'dan', 'cloud name');
    return { folder: workspace.directory, env: { SYSTEMPROMPT_CLOUD_DATABASE_URL: cloud.url } };
  });
  afterAll(async () => {
    await workspace?.remove();
    await cloud?.drop();
  });

  const described = async (): Promise<Record<string, string>> => {
    const rows = await open().workbench.treeRows(view);
    return Object.fromEntries(rows.map(({ label, description }) => [label, description]));
  };
  /** Content is compared as well; here it only takes room. */
  const hideContent = async () => {
    for (const source of ['blog', 'guides', 'pages']) await open().workbench.toggleRow(view, source);
  };
  const names = async (db: TestDatabase) => {
    const rows = await db.query<{ id: string; full_name: string | null }>(
      'SELECT id, full_name FROM users ORDER BY id',
    );
    return Object.fromEntries(rows.map(({ id, full_name }) => [id, full_name]));
  };

  it('waits to be asked, since both tables are read whole', async () => {
    const { workbench } = open();
    await workbench.openContainer('Systemprompt Sync');
    await workbench.treeRow(view, 'guides').waitFor({ timeout: 60_000 });
    await hideContent();
    await expect.poll(async () => (await described())['Database'], patience).toBe('not compared yet');
  });

  it('shows on a click who differs, where, and in which columns', async () => {
    const { workbench } = open();
    await workbench.treeRow(view, 'Database').click();
    await expect
      .poll(async () => (await described())['Database'], patience)
      .toBe('2 to push, 1 to pull, 1 undecided');
    await expect.poll(described, patience).toMatchObject({
      Users: '2 to push, 1 to pull',
      ann: 'changed in the own database · full_name',
      bea: 'only in the own database',
      cid: 'only in the cloud',
      Contexts: '1 undecided',
    });
  });

  it('opens both rows side by side as YAML, the cloud’s left', async () => {
    const { workbench } = open();
    // The tooltip of the row that was clicked last would take the click.
    await workbench.page.mouse.move(900, 500);
    await workbench.treeRow(view, 'ann').click();
    await workbench.openTab('ann (cloud ↔ own database)');
    await expect
      .poll(async () => (await workbench.diffText()).original, patience)
      .toContain('full_name: Ann Old');
    await expect
      .poll(async () => (await workbench.diffText()).modified, patience)
      .toContain('full_name: Ann New');
  });

  it('pushes what is newer after the plan was shown, and lets conflicts be', async () => {
    const { workbench } = open();
    await workbench.runCommand('Systemprompt Sync: Push Users and Contexts to Cloud Database');
    const { message, detail, buttons } = await workbench.modal();
    expect(message).toBe('Push 3 rows to the cloud database?');
    expect(detail).toContain('overwrite users: ann: full_name');
    expect(buttons).toEqual(expect.arrayContaining(['Push', 'Push All 3, Own Database Wins']));
    await workbench.modalButton('Push');
    await expect
      .poll(() => names(cloud), patience)
      .toEqual({ ann: 'Ann New', bea: null, cid: null, dan: null });
    expect(await cloud.query('SELECT name FROM user_contexts')).toEqual([{ name: 'cloud name' }]);
    await expect.poll(async () => (await described())['Database'], patience).toBe('1 to pull, 1 undecided');
  });

  it('pulls the other way', async () => {
    const { workbench } = open();
    await workbench.clearToasts();
    await workbench.page.mouse.move(900, 500);
    await workbench.rowAction(view, 'Database', 'Pull Users and Contexts');
    await workbench.modal();
    await workbench.modalButton('Pull');
    await expect
      .poll(() => names(workspace.database), patience)
      .toEqual({ ann: 'Ann New', bea: null, cid: null, dan: null });
    await expect.poll(async () => (await described())['Database'], patience).toBe('1 undecided');
  });

  it('brings the overwritten row back from its backup', async () => {
    const { workbench } = open();
    await workbench.clearToasts();
    await workbench.runCommand('Systemprompt Sync: Restore Backup…');
    await expect.poll(() => workbench.picks(), patience).not.toEqual([]);
    await workbench.page.keyboard.press('Enter');
    await workbench.modal();
    await workbench.modalButton('Restore');
    await expect.poll(async () => (await names(cloud))['ann'], patience).toBe('Ann Old');
  });

  it('writes no password into its log', async () => {
    expect(await open().extensionLog()).not.toMatch(/postgres(?:ql)?:\/\/[^\s:]+:(?!\*\*\*)[^\s@]+@/);
  });
});
