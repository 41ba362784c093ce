import { execFileSync } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { projectFiles, registryAnswer, registryPassword } from '../../core/deploy/deployFixture';
import { createStandIns, type StandIns } from '../../core/deploy/standIns';
import { operatorToken, startTenant, writeFiles, type TenantFixture } from '../../support/tenantFixture';
import { useWorkbench } from '../harness/useWorkbench';

const view = 'Jobs and Releases';
const patience = { timeout: 30_000, interval: 250 };

/**
 * The real tenant endpoint, real git, and recording stand-ins for the engine and the compiler (a real engine is not to be had
 * inside of an editor's test; test/core/deploy has one). The tests build on each other.
 */
describe('deploys in the editor', () => {
  let folder: string;
  let root: string;
  let standIns: StandIns;
  let tenant: TenantFixture;
  const released: string[] = [];
  const open = useWorkbench(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'sync-deploy-')));
    root = join(folder, 'project');
    await writeFiles(root, {
      ...projectFiles,
      // A tenant on another host than this machine counts as production.
      '.systemprompt/tenants.json': JSON.stringify({
        tenants: [{ id: 'tenant-1', name: 'One', hostname: 'one.example.com' }],
      }),
      '.vscode/tasks.json': JSON.stringify({
        version: '2.0.0',
        tasks: [
          { type: 'systemprompt', task: 'check', label: 'look first', problemMatcher: [] },
          {
            type: 'systemprompt',
            task: 'deploy',
            label: 'ship it',
            dependsOn: 'look first',
            problemMatcher: [],
          },
        ],
      }),
    });
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], { cwd: root });
    git('init', '-q');
    git('add', '-A', '-f');
    git('commit', '-q', '-m', 'first');
    standIns = await createStandIns(folder, ['docker', 'cargo']);
    tenant = await startTenant(
      { 'agents/a.yaml': 'a' },
      {
        registry: registryAnswer,
        deploy: (request) => {
          released.push(request.image);
          return Promise.resolve({ status: 'deployed', app_url: 'http://127.0.0.1:9' });
        },
      },
    );
    return {
      folder: root,
      settings: { 'systempromptSync.tenant.controlPlane': tenant.server.url },
      env: {
        PATH: `${standIns.bin}:${process.env['PATH'] ?? ''}`,
        SYSTEMPROMPT_API_TOKEN: operatorToken,
        // Else the editor takes PATH from a login shell.
        VSCODE_CLI: '1',
      },
    };
  });
  afterAll(async () => {
    await tenant?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  const rows = async () => open().workbench.treeRows(view);
  const described = async (label: string) =>
    (await rows()).find((row) => row.label === label)?.description ?? '';
  const calls = async (program: string, first: string) =>
    (await standIns.calls()).filter((call) => call.program === program && call.args[0] === first).length;
  const confirmTyped = async (button: string) => {
    await open().workbench.modalButton(button);
    await open().workbench.enterText('one.example.com');
  };

  it('are not checked unasked, and are when they are asked for, in words', async () => {
    const { workbench } = open();
    await workbench.openContainer('Systemprompt Sync');
    await workbench.openView(view);
    // All the room for this view: only rows that are to be seen can be read.
    await workbench.page.locator('.pane-header', { hasText: /^Changes/ }).click();
    await expect.poll(() => described('Ready to deploy?'), patience).toBe('not checked yet');
    await expect.poll(() => described('Releases'), patience).toBe('none from here yet');
    expect(await standIns.calls()).toEqual([]);

    // The welcome contents, which say it otherwise, are hidden by these groups.
    await expect.poll(() => described('Jobs'), patience).toBe('off: nothing runs by itself');
    await workbench.rowAction(view, 'Jobs', 'Turn On Jobs');
    await expect
      .poll(() => described('Jobs'), patience)
      .toBe('none is listed in .systemprompt/sync/jobs.yaml');
    await workbench.titleMenu(view, 'Turn Off Jobs');
    await expect.poll(() => described('Jobs'), patience).toBe('off: nothing runs by itself');

    await workbench.treeRow(view, 'Ready to deploy?').click();
    // The setting has made the tree dirty.
    await expect.poll(() => described('Ready to deploy?'), patience).toBe('yes, warnings: 1');
    const found = await rows();
    expect(found.find(({ label }) => label === 'Container engine')?.description).toMatch(/^ok · .*28\.2\.2/);
    expect(found.find(({ label }) => label === 'Files in step')?.accessibleName).toMatch(/^Files in step, /);
  });

  it('stop at a failed check, and say what to do', async () => {
    const { workbench } = open();
    await rm(join(root, 'storage/files/keep'));
    await rm(join(root, 'storage'), { recursive: true });
    await workbench.runCommand('Systemprompt Sync: Deploy…');
    const { severity, message, buttons } = await workbench.toast('Not ready to deploy');
    expect(severity).toBe('error');
    expect(message).toContain('Create the folder storage/files');
    expect(buttons).toEqual(['Check Again']);
    await expect.poll(() => described('Ready to deploy?'), patience).toBe('no, failed: 1');
    expect(released).toEqual([]);
    await writeFiles(root, { 'storage/files/keep': '' });
    await workbench.clearToasts();
  });

  it('say what they will do, want production typed, run, and show how they ended', async () => {
    const { workbench } = open();
    await workbench.runCommand('Systemprompt Sync: Deploy…');
    const { message, detail } = await workbench.modal();
    expect(message).toMatch(/^Deploy deploy-\d+-[0-9a-f]+\?$/);
    expect(detail).toContain('one.example.com');
    expect(detail).toMatch(/Release 127\.0\.0\.1:5999\/one-app:deploy-/);
    expect(detail).not.toContain('backup');
    await confirmTyped('Deploy');
    const { severity, buttons } = await workbench.toast('The tenant runs deploy-');
    expect(severity).toBe('info');
    expect(buttons).toEqual(expect.arrayContaining(['Open', 'Show Output']));
    expect(released).toHaveLength(1);
    const tag = released[0]!.split(':').at(-1)!;
    await expect.poll(() => described(tag), patience).toMatch(/^runs now · live · .* · commit [0-9a-f]+/);
    await workbench.clearToasts();
  });

  it('show a failing step with its message, and its output', async () => {
    const { workbench } = open();
    await standIns.behave('docker push', { stderr: 'denied: no such app', code: 1 });
    await workbench.runCommand('Systemprompt Sync: Deploy…');
    await workbench.modal();
    await confirmTyped('Deploy');
    const { severity, message, buttons } = await workbench.toast('docker push');
    expect(severity).toBe('error');
    expect(message).toContain('denied: no such app');
    expect(buttons).toContain('Show Output');
    await workbench.toastButton('docker push', 'Show Output');
    await expect
      .poll(() => workbench.page.locator('.panel .view-lines').innerText(), patience)
      .toContain('denied');
    expect(released).toHaveLength(1);
    await standIns.behave('docker push', {
      stdout: `latest: digest: sha256:${'cd'.repeat(32)} size: 528`,
    });
    await workbench.clearToasts();
  });

  it('go back to a release, and say that data is not restored', async () => {
    const { workbench } = open();
    const builds = await calls('docker', 'build');
    const tag = released[0]!.split(':').at(-1)!;
    await workbench.rowAction(view, tag, 'Roll Back to');
    const { message, detail } = await workbench.modal();
    expect(message).toBe(`Roll back to ${tag}?`);
    expect(detail).toContain('It does not restore data');
    await confirmTyped('Roll Back');
    await workbench.toast(`The tenant runs ${tag}`);
    expect(released).toEqual([released[0], released[0]]);
    expect(await calls('docker', 'build')).toBe(builds);
    await expect
      .poll(async () => (await rows()).filter(({ label }) => label === tag).length, patience)
      .toBe(2);
    await workbench.clearToasts();
  });

  it('release nothing when the answer is no', async () => {
    const { workbench } = open();
    await workbench.runCommand('Systemprompt Sync: Roll Back…');
    await workbench.pick('deploy-');
    await workbench.modal();
    await workbench.page.keyboard.press('Escape');
    await expect.poll(() => workbench.hasModal(), patience).toBe(false);
    expect(released).toHaveLength(2);
  });

  it('run as a task after another, with the same question', async () => {
    const { workbench } = open();
    await workbench.runCommand('Tasks: Run Task');
    await workbench.pick('ship it');
    const { message } = await workbench.modal();
    expect(message).toMatch(/^Deploy deploy-/);
    await confirmTyped('Deploy');
    await expect.poll(() => released.length, patience).toBe(3);
    await expect
      .poll(async () => (await rows()).filter(({ label }) => label.startsWith('deploy-')).length, patience)
      .toBe(3);
  });

  it('write no secret into their output', async () => {
    const log = await open().extensionLog();
    expect(log).not.toContain(registryPassword);
    expect(log).not.toContain(operatorToken);
  });
});
