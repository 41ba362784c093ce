import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../support/database';
import type { TestDatabase } from '../../support/database';
import { startFaultProxy } from '../../support/faultProxy';
import type { FaultProxy } from '../../support/faultProxy';
import { runCli } from '../../support/runCli';
import { operatorToken, startTenant, writeFiles } from '../../support/tenantFixture';
import type { TenantFixture } from '../../support/tenantFixture';
import { useWorkbench } from '../harness/useWorkbench';

const view = 'Changes';
const status = 'systempromptSync.status';
const patience = { timeout: 30_000, interval: 250 };

const profile = `name: local
target: local
runtime:
  environment: development
paths:
  services: ../../../services
secrets:
  secrets_path: ./secrets.json
  source: file
`;
/** What both sides agree on at first. */
const agreed = {
  'content/config.yaml': 'content_sources: {}\ncategories: {}\n',
  'agents/left.md': 'left\n',
  'skills/both.md': 'one\ntwo\nthree\nfour\nfive\n',
  'skills/mine.md': 'mine\n',
  'skills/rival.md': 'rival\n',
  'skills/theirs.md': 'theirs\n',
};
const changedHere = {
  'agents/new.md': 'new here\n',
  'skills/both.md': 'ONE\ntwo\nthree\nfour\nfive\n',
  'skills/mine.md': 'mine, changed here\n',
  'skills/rival.md': 'rival, changed here\n',
  'web/page.html': '<p>not sent</p>\n',
};
const changedThere = {
  'config/logo.bin': 'a\0b',
  'skills/both.md': 'one\ntwo\nthree\nfour\nFIVE\n',
  'skills/rival.md': 'rival, changed there\n',
  'skills/theirs.md': 'theirs, changed there\n',
  'skills/there.md': 'new there\n',
};

/** One window, and a tenant that runs in the test: the tests build on each other. */
describe('the files of a tenant', () => {
  let parent: string;
  let project: string;
  let database: TestDatabase;
  let tenant: TenantFixture;
  let proxy: FaultProxy;
  let host: string;
  const open = useWorkbench(async () => {
    parent = await realpath(await mkdtemp(path.join(tmpdir(), 'sync-files-')));
    project = path.join(parent, 'harbour');
    database = await createTestDatabase({ schema: ['content'] });
    await writeFiles(project, {
      '.systemprompt/profiles/local/profile.yaml': profile,
      '.systemprompt/profiles/local/secrets.json': JSON.stringify({ database_url: database.url }),
    });
    await writeFiles(path.join(project, 'services'), agreed);
    tenant = await startTenant({}, { maxBodyBytes: 64 * 1024 });
    proxy = await startFaultProxy(Number(new URL(tenant.server.url).port));
    host = new URL(proxy.url).host;
    const target = ['--project', project, '--origin', proxy.url, '--tenant', 'tenant-1'];
    const pushed = await runCli(['files', 'push', '--yes', ...target], {
      env: { SYSTEMPROMPT_API_TOKEN: operatorToken },
    });
    if (pushed.code !== 0) throw new Error(pushed.stderr);
    await writeFiles(path.join(project, 'services'), changedHere);
    await rm(path.join(project, 'services', 'agents', 'left.md'));
    await writeFiles(tenant.services, changedThere);
    return {
      folder: project,
      env: { SYSTEMPROMPT_API_TOKEN: operatorToken },
      settings: {
        'systempromptSync.tenant.origin': proxy.url,
        'systempromptSync.tenant.id': 'tenant-1',
        'diffEditor.wordWrap': 'off',
      },
    };
  });
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await tenant?.stop();
    await database?.drop();
    if (parent !== undefined)
      await rm(parent, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  const here = (file: string) => path.join(project, 'services', file);
  const there = (file: string) => path.join(tenant.services, file);
  const described = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await open().workbench.treeRows(view)).map(({ label, description }) => [label, description]),
    );
  const label = async () => Object.keys(await described());
  const menu = async (row: string, entry: string) => {
    const { workbench } = open();
    await workbench.contextMenu(workbench.treeRow(view, row), entry);
  };

  it('are a group of their own, with what each side did in words', async () => {
    const { workbench } = open();
    await workbench.openContainer('Systemprompt Sync');
    await workbench.treeRow(view, 'skills').waitFor({ timeout: 60_000 });
    await expect.poll(described, patience).toEqual({
      [`tenant-1 on ${host}`]: '8 different',
      agents: '2',
      'left.md': 'deleted here',
      'new.md': 'only here',
      config: '1',
      'logo.bin': 'only on the tenant',
      skills: '5',
      'both.md': 'conflict: changed on both sides',
      'mine.md': 'changed here',
      'rival.md': 'conflict: changed on both sides',
      'theirs.md': 'changed on the tenant',
      'there.md': 'only on the tenant',
      'Left out': '1',
      Database: 'not compared yet',
    });
    await workbench.toggleRow(view, 'Left out');
    await expect
      .poll(async () => (await described())['web/'], patience)
      .toContain('the tenant takes agents, skills,');
    await workbench.toggleRow(view, 'Left out');
  });

  it('count in the status bar, which says the same in words', async () => {
    const { workbench } = open();
    await expect.poll(() => workbench.statusText(status), patience).toBe('3↓ 3↑ !2');
    expect((await workbench.statusAccessibleName(status)).trim()).toBe(
      'Systemprompt Sync: files: 3 to pull, 3 to push, 2 in conflict',
    );
  });

  it('open beside the text of the tenant, which is downloaded once', async () => {
    const { workbench } = open();
    const downloads = () =>
      proxy.exchanges.filter(({ method, path: asked }) => method === 'GET' && /sync\/files$/.test(asked));
    const before = downloads().length;
    await workbench.treeRow(view, 'theirs.md').click();
    await workbench.openTab('theirs.md (tenant ↔ local)');
    await expect
      .poll(async () => (await workbench.diffText()).original, patience)
      .toContain('theirs, changed there');
    expect((await workbench.diffText()).modified).not.toContain('changed there');
    await workbench.treeRow(view, 'there.md').click();
    await workbench.openTab('there.md (tenant ↔ local)');
    await expect.poll(async () => (await workbench.diffText()).original, patience).toContain('new there');
    expect(downloads().length).toBe(before + 1);
  });

  it('say so where there is no text to show', async () => {
    const { workbench } = open();
    await workbench.treeRow(view, 'logo.bin').click();
    const { message } = await workbench.toast('logo.bin is no text');
    expect(message).toContain('Here: none. On the tenant: 3 B.');
    await workbench.clearToasts();
  });

  it('are pushed after a question that names tenant, host and counts', async () => {
    const { workbench } = open();
    await workbench.runCommand('Systemprompt Sync: Push to Tenant');
    const { message, detail } = await workbench.modal();
    expect(message).toBe(`Push 2 files to tenant tenant-1 on ${host}?`);
    expect(detail).toContain('1 to create, 1 to overwrite in tenant tenant-1 on');
    await workbench.modalButton('Push');
    await expect.poll(() => existsSync(there('agents/new.md')), patience).toBe(true);
    await expect.poll(label, patience).not.toContain('mine.md');
    expect(await readFile(there('skills/mine.md'), 'utf8')).toBe('mine, changed here\n');
    expect(await readFile(there('skills/rival.md'), 'utf8')).toBe('rival, changed there\n');
    expect(existsSync(there('agents/left.md'))).toBe(true);
  });

  it('show what the last push did', async () => {
    const { workbench } = open();
    await workbench.runCommand('Systemprompt Sync: Show Last Result');
    await workbench.openTab('Last result.md');
    await expect.poll(() => workbench.editorText(), patience).toContain('Files moved: 2');
    const text = await workbench.editorText();
    expect(text).toContain('Uploads: 1');
    expect(text).toContain('skills/mine.md');
  });

  it('are pulled when they are checked', async () => {
    const { workbench } = open();
    await workbench.checkRow(view, 'theirs.md');
    await workbench.checkRow(view, 'there.md');
    await workbench.runCommand('Systemprompt Sync: Pull from Tenant');
    expect((await workbench.modal()).message).toBe(`Pull 2 files from tenant tenant-1 on ${host}?`);
    await workbench.modalButton('Pull');
    await expect.poll(() => existsSync(here('skills/there.md')), patience).toBe(true);
    expect(await readFile(here('skills/theirs.md'), 'utf8')).toBe('theirs, changed there\n');
    await expect.poll(label, patience).not.toContain('theirs.md');
  });

  it('come back from the backup of that pull', async () => {
    const { workbench } = open();
    await workbench.runCommand('Systemprompt Sync: Restore Backup…');
    await workbench.pick('pull from the tenant');
    expect((await workbench.modal()).detail).toContain('theirs.md');
    await workbench.modalButton('Restore');
    await expect.poll(() => readFile(here('skills/theirs.md'), 'utf8'), patience).toBe('theirs\n');
    await expect.poll(async () => (await described())['theirs.md'], patience).toBe('changed here');
  });

  it('keep one side of a conflict, and only when a side is named', async () => {
    const { workbench } = open();
    await menu('rival.md', 'Keep Remote');
    expect((await workbench.modal()).detail).toContain('overwrite skills/rival.md');
    await workbench.modalButton('Pull');
    await expect
      .poll(() => readFile(here('skills/rival.md'), 'utf8'), patience)
      .toBe('rival, changed there\n');
    await expect.poll(label, patience).not.toContain('rival.md');
  });

  it('are merged from three sides, and the result is a local edit until it is kept', async () => {
    const { workbench } = open();
    await menu('both.md', 'Merge…');
    const merge = workbench.page.locator('.merge-editor');
    await merge.waitFor();
    await expect.poll(() => merge.innerText(), patience).toContain('FIVE');
    expect(await readFile(here('skills/both.md'), 'utf8')).toBe(changedHere['skills/both.md']);
    await merge.getByText('Accept Tenant', { exact: false }).first().click();
    await workbench.page.keyboard.press('Control+S');
    await expect
      .poll(() => readFile(here('skills/both.md'), 'utf8'), patience)
      .toBe('ONE\ntwo\nthree\nfour\nFIVE\n');
    expect(await readFile(there('skills/both.md'), 'utf8')).toBe(changedThere['skills/both.md']);
    await workbench.toastButton('Take what you need', 'Keep Local');
    expect((await workbench.modal()).detail).toContain('overwrite skills/both.md');
    await workbench.modalButton('Push');
    await expect
      .poll(() => readFile(there('skills/both.md'), 'utf8'), patience)
      .toBe('ONE\ntwo\nthree\nfour\nFIVE\n');
    // A row is not to be clicked while the comparison after the push draws it anew.
    await expect.poll(label, patience).not.toContain('both.md');
    await workbench.runCommand('View: Close All Editors');
  });

  it('are deleted only by a command of their own', async () => {
    const { workbench } = open();
    await menu('left.md', 'Delete on Tenant…');
    expect((await workbench.modal()).message).toBe(`Delete 1 file on tenant tenant-1 on ${host}?`);
    await workbench.modalButton('Delete');
    await expect.poll(() => existsSync(there('agents/left.md')), patience).toBe(false);
  });

  it('stop half-way when a push is cancelled, and the next push sends the rest', async () => {
    const { workbench } = open();
    const names = Array.from({ length: 6 }, (_, index) => `skills/big-${index}.md`);
    for (const name of names) await writeFile(here(name), randomBytes(30_000).toString('base64'));
    await expect.poll(label, patience).toContain('big-5.md');
    const arrived = () => names.filter((name) => existsSync(there(name))).length;
    proxy.plan({
      matches: (method, asked) => method === 'POST' && asked.endsWith('/sync/files'),
      fault: { kind: 'delay', ms: 2_000 },
      times: 6,
    });
    for (const name of names) await workbench.checkRow(view, path.basename(name));
    await workbench.runCommand('Systemprompt Sync: Push to Tenant');
    // The answer to the first archive has come when the second one arrives.
    await expect.poll(arrived, patience).toBeGreaterThan(1);
    const { message } = await workbench.toast('Pushing files to');
    expect(message).toMatch(/\d\/6 · \d+\.\d\/\d+\.\d MB/);
    await workbench.toastButton('Pushing files to', 'Cancel');
    await workbench.toast('Stopped after');
    const sent = arrived();
    expect(sent).toBeLessThan(6);
    proxy.plan(undefined);
    await expect
      .poll(async () => (await label()).filter((name) => name.startsWith('big-')).length, patience)
      .toBe(6 - sent);
    await workbench.clearToasts();
    await workbench.runCommand('Systemprompt Sync: Push to Tenant');
    await expect.poll(arrived, patience).toBe(6);
  });

  it('leave no token in the log', async () => {
    expect(await open().extensionLog()).not.toContain(operatorToken);
  });
});
