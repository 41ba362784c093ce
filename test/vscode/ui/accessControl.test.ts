import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createDemoWorkspace } from '../harness/demoWorkspace';
import type { DemoWorkspace } from '../harness/demoWorkspace';
import type { TreeRow } from '../harness/treeView';
import { useWorkbench } from '../harness/useWorkbench';

const view = 'Changes';
const title = 'Access control';
const patience = { timeout: 30_000, interval: 250 };

/** One window; the tests build on each other, from looking at the drift of the sample's rules to a file with an error. */
describe('access rules in the Changes view', () => {
  let workspace: DemoWorkspace;
  const open = useWorkbench(async () => {
    workspace = await createDemoWorkspace();
    return { folder: workspace.directory, settings: { 'diffEditor.wordWrap': 'off' } };
  });
  afterAll(async () => workspace?.remove());

  const file = () => path.join(workspace.directory, 'services', 'access-control', 'config.yaml');
  const rules = async () => {
    const sql = `SELECT entity_id || ' ' || rule_value || ' ' || access AS rule FROM access_control_rules
                  WHERE rule_type = 'role' ORDER BY 1`;
    return (await workspace.database.query<{ rule: string }>(sql)).map(({ rule }) => rule);
  };
  /** The rows of the area: from its root on. */
  const rows = async (): Promise<TreeRow[]> => {
    const all = await open().workbench.treeRows(view);
    const first = all.findIndex(({ label }) => label === title);
    return first === -1 ? [] : all.slice(first);
  };
  const described = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await rows()).map(({ label, description }) => [label, description]));
  const letter = (label: string) => open().workbench.rowLetters(view, label);
  const choose = async (label: string, entry: string) => {
    const { workbench } = open();
    await workbench.contextMenu(workbench.treeRow(view, label), entry);
  };

  it('shows what differs in words, what is unmanaged, and how many rules are of users', async () => {
    const { workbench } = open();
    await workbench.openContainer('Systemprompt Sync');
    await workbench.treeRow(view, title).waitFor({ timeout: 60_000 });
    // Content that collapses leaves the rows of this area in sight, whatever the size of the window.
    for (const source of ['blog', 'guides', 'pages']) await workbench.toggleRow(view, source);
    await expect.poll(described, patience).toEqual({
      [title]: '1 modified, 1 added in the file, 1 only in the database, 1 unmanaged',
      'agent/night_watch': 'granted to `admin` that was denied before',
      admin: 'modified · deny in the database, allow in the file',
      'agent/pilot': 'denied to `anonymous` that was granted before',
      anonymous: 'only in the database · allow',
      'plugin/almanac': '1 unmanaged',
      user: 'unmanaged · allow · from marketplace:harbour',
      'skill/knots': 'granted to `editor` that was denied before',
      editor: 'added in the file · allow',
      'User rules': '1, never touched',
    });
    expect(await Promise.all(['admin', 'anonymous', 'user', 'editor'].map(letter))).toEqual([
      'M',
      'R',
      '·',
      'A',
    ]);
  });

  it('has checkboxes for what can be applied, and for nothing else', async () => {
    const boxes = Object.fromEntries((await rows()).map(({ label, checked }) => [label, checked]));
    expect(boxes).toEqual({
      [title]: false,
      'agent/night_watch': false,
      admin: false,
      'agent/pilot': false,
      anonymous: false,
      'plugin/almanac': undefined,
      user: undefined,
      'skill/knots': false,
      editor: false,
      'User rules': undefined,
    });
  });

  it('says the status to a screen reader', async () => {
    const spoken = (await rows()).find(({ label }) => label === 'anonymous')?.accessibleName;
    expect(spoken).toBe('anonymous, only in the database · allow');
  });

  it('opens both sides of a rule on a click, read-only', async () => {
    const { workbench } = open();
    await workbench.treeRow(view, 'admin').click();
    await workbench.openTab('agent/night_watch (admin) (database ↔ file)');
    await expect.poll(async () => (await workbench.diffText()).original, patience).toContain('access: deny');
    await expect.poll(async () => (await workbench.diffText()).modified, patience).toContain('access: allow');
    await workbench.page.locator('.editor.original .view-lines').click();
    await workbench.page.keyboard.type('x');
    expect((await workbench.diffText()).original).not.toContain('x');
  });

  it('opens an entity with all of its rules', async () => {
    const { workbench } = open();
    await workbench.treeRow(view, 'skill/knots').click();
    await workbench.openTab('skill/knots (database ↔ file)');
    await expect
      .poll(async () => (await workbench.diffText()).modified, patience)
      .toContain('role: harbour_master');
    const { original, modified } = await workbench.diffText();
    expect(original).toContain('role: harbour_master');
    expect(modified).toContain('role: editor');
    expect(original).not.toContain('role: editor');
  });

  it('offers for each status what can be done about it, and opens the place of a rule', async () => {
    const { workbench } = open();
    const entries = async (label: string) => workbench.contextMenuEntries(workbench.treeRow(view, label));
    expect(await entries('editor')).toEqual([
      'Compare with Database',
      'Open File',
      'Explain Access',
      'Apply This Rule (File Wins)',
    ]);
    expect(await entries('anonymous')).toEqual([
      'Compare with Database',
      'Explain Access',
      'Revoke This Rule…',
    ]);
    expect(await entries('user')).toEqual(['Compare with Database', 'Explain Access']);
    await choose('editor', 'Open File');
    await workbench.openTab('config.yaml');
    await expect
      .poll(() => workbench.page.locator('[id="status.editor.selection"]').innerText(), patience)
      .toMatch(/Ln 15\b/);
  });

  it('tells of a rule what its role may, by which rule, and what it would once everything is applied', async () => {
    const { workbench } = open();
    await choose('admin', 'Explain Access');
    await workbench.openTab('Who may what');
    await expect.poll(() => workbench.editorText(), patience).toContain('# agent/night_watch');
    const text = await workbench.editorText();
    expect(text).toContain('**denied (role rule for admin)**');
    expect(text).toContain('Read as servers of the generation 0.12 do.');
    expect(text.split('Once the files are applied')[1]).toContain('**allowed (role rule for admin)**');
  });

  it('answers who may what for an entity, roles and a user', async () => {
    const { workbench } = open();
    await workbench.runCommand('Systemprompt Sync: Who May What…');
    await expect
      .poll(() => workbench.picks(), patience)
      .toEqual(['agent/night_watch', 'agent/pilot', 'mcp_server/weather', 'plugin/almanac', 'skill/knots']);
    await workbench.pick('agent/pilot');
    await expect.poll(() => workbench.picks(), patience).toContain('harbour_master');
    await workbench.pick('admin');
    await workbench.page.keyboard.press('Enter');
    await expect
      .poll(() => workbench.message(), patience)
      .toContain('The id of a user, to take the rules about this user in.');
    await workbench.enterText('u-17');
    await expect.poll(() => workbench.editorText(), patience).toContain('# agent/pilot');
    const text = await workbench.editorText();
    expect(text).toContain('For: the roles admin, as the user u-17');
    expect(text).toContain('**denied (user rule for u-17)**');
    expect(text).toContain('Justification of the rule: Asked for it');
  });

  it('applies what is checked after showing who may what then, and revokes only with its own button', async () => {
    const { workbench } = open();
    await workbench.checkRow(view, title);
    await expect
      .poll(async () => (await rows()).filter(({ checked }) => checked === true).length, patience)
      .toBe(7);
    await workbench.runCommand('Systemprompt Sync: Apply Access Rules');
    const { message, detail, buttons } = await workbench.modal();
    expect(message).toBe('Apply 3 access rules?');
    expect(buttons).toEqual(expect.arrayContaining(['Apply', 'Apply All 3, Revoke Too', 'Cancel']));
    expect(detail).toContain('agent/night_watch: granted to `admin` that was denied before');
    expect(detail).toContain('skill/knots: granted to `editor` that was denied before');
    expect(detail).toContain(
      'agent/pilot: denied to `anonymous` that was granted before (only with "Apply All 3, Revoke Too")',
    );
    expect(detail).toContain('1 to create, 1 to overwrite, 1 to delete in postgres on');
    await workbench.modalButton('Apply');
    await expect
      .poll(rules, patience)
      .toEqual([
        'almanac user allow',
        'knots editor allow',
        'knots harbour_master allow',
        'night_watch admin allow',
        'pilot admin allow',
        'pilot anonymous allow',
        'weather admin allow',
        'weather user allow',
      ]);
    await expect
      .poll(async () => Object.keys(await described()), patience)
      .toEqual([title, 'agent/pilot', 'anonymous', 'plugin/almanac', 'user', 'User rules']);
  });

  it('asks which rules are meant when none is checked', async () => {
    const { workbench } = open();
    if ((await rows()).some(({ checked }) => checked === true)) await workbench.checkRow(view, title);
    await workbench.runCommand('Systemprompt Sync: Apply Access Rules');
    await expect
      .poll(() => workbench.picks(), patience)
      .toEqual(['New and changed rules, and revoke those that the files no longer have (1)']);
    await workbench.close();
  });

  it('revokes a rule that is named, after a question', async () => {
    const { workbench } = open();
    await choose('anonymous', 'Revoke This Rule…');
    const { message, detail } = await workbench.modal();
    expect(message).toBe('Revoke 1 access rule?');
    expect(detail).toContain('agent/pilot: denied to `anonymous` that was granted before');
    await workbench.modalButton('Revoke');
    await expect.poll(rules, patience).not.toContain('pilot anonymous allow');
    expect(await rules()).toContain('almanac user allow');
    await expect
      .poll(async () => Object.keys(await described()), patience)
      .toEqual([title, 'plugin/almanac', 'user', 'User rules']);
  });

  it('writes the rules of the database to a file, once they were looked at', async () => {
    const { workbench } = open();
    await workspace.database.query(
      `INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value) VALUES ('mcp_server', 'weather', 'role', 'editor')`,
    );
    await choose(title, 'Export Access Rules to File…');
    await workbench.pick('config.yaml');
    await workbench.openTab('config.yaml (as it is ↔ as the database has it)');
    await expect.poll(async () => (await workbench.diffText()).modified, patience).toContain('editor');
    expect(await readFile(file(), 'utf8')).not.toContain('almanac');
    await workbench.toastButton('role rules over', 'Write File');
    await expect.poll(() => readFile(file(), 'utf8'), patience).toContain('almanac');
    const written = await readFile(file(), 'utf8');
    expect(written).toContain('# Sees the logs of the night.');
    await expect.poll(async () => Object.keys(await described()), patience).toEqual([title, 'User rules']);
  });

  it('shows an error of the file at its line, in Problems too, and applies nothing then', async () => {
    const { workbench } = open();
    const before = await readFile(file(), 'utf8');
    await workbench.runCommand('View: Close All Editors');
    const broken = before.replace('access: allow', 'access: alow');
    await writeFile(file(), broken);
    await expect.poll(described, patience).toEqual({
      [title]: '1 invalid: nothing can be applied',
      'config.yaml': expect.stringMatching(/^invalid: line 5: access/) as string,
    });
    await workbench.runCommand('Problems: Focus on Problems View');
    const problems = workbench.page.locator('.markers-panel-container');
    await expect.poll(() => problems.innerText(), patience).toContain('alow');
    await workbench.runCommand('View: Hide Panel');

    await workbench.runCommand('Systemprompt Sync: Apply Access Rules');
    const { severity, message } = await workbench.toast('The access rules have errors.');
    expect(severity).toBe('error');
    expect(message).toContain('services/access-control/config.yaml:5');
    await workbench.clearToasts();

    await workbench.treeRow(view, 'config.yaml').click();
    await workbench.openTab('config.yaml');
    await expect
      .poll(() => workbench.page.locator('[id="status.editor.selection"]').innerText(), patience)
      .toMatch(/Ln 5\b/);
    await writeFile(file(), before);
    await expect
      .poll(async () => Object.keys(await described()), { ...patience, timeout: 60_000 })
      .toEqual([title, 'User rules']);
  });
});
