import { afterAll, describe, expect, it } from 'vitest';
import { createDemoWorkspace } from '../harness/demoWorkspace';
import type { DemoWorkspace } from '../harness/demoWorkspace';
import { useWorkbench } from '../harness/useWorkbench';

const view = 'Changes';
const saved = 'systempromptSync.saved';
const patience = { timeout: 30_000, interval: 250 };

describe('sync on save', () => {
  let workspace: DemoWorkspace;
  const open = useWorkbench(async () => {
    workspace = await createDemoWorkspace();
    return {
      folder: workspace.directory,
      settings: { 'systempromptSync.content.syncOnSave': true, '[markdown]': { 'editor.wordWrap': 'off' } },
    };
  });
  afterAll(async () => workspace?.remove());

  const bodyOf = async (slug: string) => {
    const sql = 'SELECT body FROM markdown_content WHERE slug = $1';
    return (await workspace.database.query<{ body: string }>(sql, [slug]))[0]?.body;
  };
  const typeAtTheEnd = async (file: string, text: string) => {
    const { workbench } = open();
    await workbench.openFile(file);
    await workbench.focusEditor();
    await workbench.page.keyboard.press('ControlOrMeta+End');
    await workbench.page.keyboard.type(text);
    await workbench.page.keyboard.press('ControlOrMeta+s');
  };

  it('writes the row of the saved file, and no other', async () => {
    const { workbench } = open();
    await workbench.openContainer('Systemprompt Sync');
    await workbench.treeRow(view, 'guides').waitFor({ timeout: 60_000 });
    const other = await bodyOf('writing-skills');
    await typeAtTheEnd('pages/about.md', 'Saved at once.');
    await expect.poll(() => bodyOf('about'), patience).toContain('Saved at once.');
    await expect.poll(() => workbench.statusText(saved), patience).toBe('saved and synced: 1 · Undo');
    expect(await bodyOf('writing-skills')).toBe(other);
    expect(await bodyOf('new-ferry')).toBeUndefined();
    expect(await workbench.toasts()).toEqual([]);
  });

  it('is undone by a click', async () => {
    const { workbench } = open();
    await workbench.statusItem(saved).click();
    await expect.poll(() => bodyOf('about'), patience).not.toContain('Saved at once.');
    await expect.poll(() => workbench.statusItem(saved).isVisible(), patience).toBe(false);
  });

  it('leaves what changed on both sides, and says so', async () => {
    const { workbench } = open();
    const before = await bodyOf('storm-report');
    await typeAtTheEnd('storm-report/index.md', 'And again.');
    await expect.poll(() => workbench.statusText(saved), patience).toBe('not synced on save');
    expect(await workbench.statusAccessibleName(saved)).toContain('storm-report');
    expect(await bodyOf('storm-report')).toBe(before);
  });
});
