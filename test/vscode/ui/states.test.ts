import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../support/database';
import type { TestDatabase } from '../../support/database';
import { useWorkbench } from '../harness/useWorkbench';

const view = 'Changes';
const status = 'systempromptSync.status';
const patience = { timeout: 30_000, interval: 250 };

const config = `content_sources:
  blog:
    path: content/blog
    source_id: blog
    category_id: blog
    enabled: true
categories:
  blog: { name: Blog }
`;
const post = `---
title: Hello
slug: hello
kind: blog
author: Ann
published_at: "2026-01-02"
public: true
---

Hello there.
`;
const content = { 'services/content/config.yaml': config, 'services/content/blog/hello.md': post };
const profileOf = (environment: string) =>
  `name: local\ntarget: local\nruntime:\n  environment: ${environment}\npaths:\n  services: ../../../services\nsecrets:\n  secrets_path: ./secrets.json\n  source: file\n`;
const profileFolder = '.systemprompt/profiles/local';

/** One window that opens one folder after another: each lacks something else. */
describe('a window on a folder that is not ready', () => {
  let parent: string;
  let database: TestDatabase;
  const open = useWorkbench(async () => {
    parent = await realpath(await mkdtemp(path.join(tmpdir(), 'sync-states-')));
    database = await createTestDatabase({ schema: ['content'] });
    return { folder: await layOut('nothing', { 'notes.txt': 'No project.' }) };
  });
  afterAll(async () => {
    await database?.drop();
    if (parent !== undefined)
      await rm(parent, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  async function layOut(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    for (const [relative, text] of Object.entries(files)) {
      const target = path.join(parent, name, relative);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text);
    }
    return path.join(parent, name);
  }
  async function openFolder(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const { workbench, server } = open();
    const folder = await layOut(name, files);
    await workbench.page.goto(server.url({ folder, payload: [['skipWelcome', 'true']] }));
    await workbench.page.locator('.monaco-workbench').waitFor();
    await workbench.openContainer('Systemprompt Sync');
    return folder;
  }
  const secretsWith = (url: string) => ({
    [`${profileFolder}/secrets.json`]: JSON.stringify({ database_url: url }),
  });
  const rowCount = async () =>
    (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM markdown_content'))[0]?.n;
  const labels = async () => (await open().workbench.treeRows(view)).map(({ label }) => label);
  const welcome = async () => open().workbench.welcome(view);

  it('says that there is no project, and shows nothing in the status bar', async () => {
    const { workbench } = open();
    await workbench.openContainer('Systemprompt Sync');
    await expect.poll(welcome, patience).toContain('The open folder is in no systemprompt.io project');
    expect(await workbench.statusItem(status).isVisible()).toBe(false);
  });

  it('says that the content config is missing', async () => {
    await openFolder('no-config', {
      'services/readme.txt': 'Nothing here yet.',
      [`${profileFolder}/profile.yaml`]: profileOf('development'),
      ...secretsWith(database.url),
    });
    await expect.poll(welcome, patience).toContain('This project has no content config');
  });

  it('names the file and line of a content config that cannot be read, and opens it', async () => {
    const { workbench } = open();
    await openFolder('broken-config', {
      'services/content/config.yaml': 'content_sources:\n  blog: [unclosed\n',
      [`${profileFolder}/profile.yaml`]: profileOf('development'),
      ...secretsWith(database.url),
    });
    await expect.poll(welcome, patience).toContain('The project could not be read');
    await workbench.welcomeButton(view, 'Retry');
    const { severity, message } = await workbench.toast('services/content/config.yaml, line');
    expect(severity).toBe('error');
    expect(message).toContain('Correct the file');
    await workbench.toastButton('services/content/config.yaml, line', 'Open File');
    await workbench.openTab('config.yaml');
  });

  it('takes a database URL into the secret storage, refuses what is none, and then compares', async () => {
    const { workbench } = open();
    const folder = await openFolder('no-database', { ...content, '.systemprompt/keep.txt': '' });
    await expect.poll(welcome, patience).toContain('No database of this project can be used yet');
    expect((await workbench.statusAccessibleName(status)).trim()).toContain('no database is set up');

    await workbench.welcomeButton(view, 'Set Database URL…');
    await workbench.box.waitFor();
    expect(await workbench.box.getAttribute('type')).toBe('password');
    await workbench.box.fill('mysql://ann:s3cr3t-w0rd@127.0.0.1/app');
    await expect.poll(() => workbench.message(), patience).toContain('it is a mysql URL');
    expect(await workbench.message()).not.toContain('s3cr3t-w0rd');
    await workbench.enterText(database.url);
    await expect.poll(labels, patience).toEqual(['blog', 'hello']);
    expect(await filesHolding(folder, database.url)).toEqual([]);
  });

  it('creates without a question on a local database, and says quietly that all is in sync', async () => {
    const { workbench } = open();
    await workbench.titleAction(view, 'Push to Database');
    await workbench.pick('All items (1)');
    await expect.poll(rowCount, patience).toBe(1);
    await expect.poll(labels, patience).toEqual([]);
    const message = workbench.page.locator('.sidebar .tree-explorer-viewlet-tree-view .message');
    await expect
      .poll(() => message.innerText(), patience)
      .toContain('Everything is in sync. Items compared: 1.');
    await expect.poll(() => workbench.badge('Systemprompt Sync'), patience).toBe('');
    expect((await workbench.statusAccessibleName(status)).trim()).toBe(
      'Systemprompt Sync: disk and database are in sync',
    );
    expect((await workbench.toasts()).filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it('shows why the database refused, and the password nowhere', async () => {
    const { workbench } = open();
    const url = new URL(database.url);
    url.password = 'wr0ng-passw0rd';
    await openFolder('refused', {
      ...content,
      [`${profileFolder}/profile.yaml`]: profileOf('development'),
      ...secretsWith(url.href),
    });
    await expect.poll(welcome, patience).toContain('The database could not be compared');
    await expect
      .poll(() => workbench.statusAccessibleName(status), patience)
      .toMatch(/could not compare\. .*password/i);
    await workbench.welcomeButton(view, 'Retry');
    const toast = await workbench.toast('password');
    expect(toast.severity).toBe('error');
    expect(toast.buttons).toEqual(['Set Database URL…', 'Show Log']);
    await workbench.toastButton('password', 'Show Log');
    expect(await workbench.page.content()).not.toContain('wr0ng-passw0rd');
    expect(await open().extensionLog()).not.toContain('wr0ng-passw0rd');
  });

  it('asks for the host of a production database to be typed, and pushes nothing before', async () => {
    const { workbench } = open();
    await openFolder('production', {
      ...content,
      'services/content/blog/second.md': post
        .replaceAll('ello', 'owdy')
        .replace('slug: howdy', 'slug: second'),
      [`${profileFolder}/profile.yaml`]: profileOf('production'),
      ...secretsWith(database.url),
    });
    await expect.poll(labels, patience).toEqual(['blog', 'second']);
    const message = workbench.page.locator('.sidebar .tree-explorer-viewlet-tree-view .message');
    expect(await message.innerText()).toContain('production');
    const before = await rowCount();

    await workbench.rowAction(view, 'second', 'Push This Item to Database');
    await workbench.box.waitFor();
    expect(await workbench.message()).toContain(
      'counts as production (1 to create). Type 127.0.0.1 to go on.',
    );
    await workbench.box.fill('localhost');
    await expect.poll(() => workbench.message(), patience).toContain('Type 127.0.0.1 exactly.');
    await workbench.page.keyboard.press('Enter');
    expect(await workbench.box.isVisible()).toBe(true);
    await workbench.close();
    expect(await rowCount()).toBe(before);

    await workbench.rowAction(view, 'second', 'Push This Item to Database');
    await workbench.box.waitFor();
    await workbench.box.fill('127.0.0.1');
    await workbench.page.keyboard.press('Enter');
    await expect.poll(rowCount, patience).toBe((before ?? 0) + 1);
  });

  it('says what was found of the project, and where from', async () => {
    const { workbench } = open();
    await workbench.runCommand('Systemprompt Sync: Show Project');
    await workbench.openTab('Project.md');
    await expect
      .poll(() => workbench.editorText(), patience)
      .toContain('| Profile | local | the only profile |');
    expect(await workbench.editorText()).toContain('counts as production');
    const { password } = new URL(database.url);
    if (password !== '') expect(await workbench.editorText()).not.toContain(`:${password}@`);
  });

  it('lets the user decide where no earlier sync says which side changed', async () => {
    const { workbench } = open();
    await openFolder('no-base', {
      'services/content/config.yaml': config,
      'services/content/blog/hello.md': post.replace('Hello there.', 'Hello everyone.'),
      [`${profileFolder}/profile.yaml`]: profileOf('development'),
      ...secretsWith(database.url),
    });
    await expect.poll(labels, patience).toEqual(['blog', 'hello', 'second']);
    await expect.poll(() => workbench.statusText(status), patience).toBe('1↓ ~1');
    await workbench.checkRow(view, 'hello');
    await workbench.titleAction(view, 'Push to Database');
    const { detail, buttons } = await workbench.modal();
    expect(detail).toContain('Not known to have changed on this side alone: 1.');
    expect([...buttons].sort()).toEqual(['Cancel', 'Push, Disk Wins']);
    await workbench.modalButton('Push, Disk Wins');
    await expect.poll(() => workbench.statusText(status), patience).toBe('1↓');
    const body = await database.query<{ body: string }>(
      `SELECT body FROM markdown_content WHERE slug = 'hello'`,
    );
    expect(body[0]?.body).toBe('Hello everyone.');
  });

  it('works in a folder that is opened through a symbolic link', async () => {
    const { workbench } = open();
    await symlink(path.join(parent, 'no-base'), path.join(parent, 'link'));
    await openFolder('link', {
      'services/content/blog/hello.md': post.replace('Hello there.', 'Hello again.'),
    });
    await expect.poll(labels, patience).toEqual(['blog', 'hello', 'second']);
    await workbench.openFile('blog/hello.md');
    await workbench.runCommand('Systemprompt Sync: Compare with Database');
    await workbench.openTab('hello (database ↔ disk)');
    const { original, modified } = await workbench.diffText();
    expect(original).toContain('Hello everyone.');
    expect(modified).toContain('Hello again.');
  });
});

/** Files below a folder whose bytes hold a text. */
async function filesHolding(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const));
  return texts.filter(([, held]) => held.includes(text)).map(([file]) => file);
}
