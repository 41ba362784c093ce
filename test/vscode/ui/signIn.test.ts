import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sendJson, startScriptedServer } from '../../support/scriptedServer';
import type { ScriptedServer } from '../../support/scriptedServer';
import { operatorToken, startTenant } from '../../support/tenantFixture';
import type { TenantFixture } from '../../support/tenantFixture';
import { createDemoWorkspace } from '../harness/demoWorkspace';
import type { DemoWorkspace } from '../harness/demoWorkspace';
import { useWorkbench } from '../harness/useWorkbench';

const view = 'Changes';
const status = 'systempromptSync.status';
const patience = { timeout: 30_000, interval: 250 };
const browserToken = 'seeded-token-of-the-browser';
const endingToken = `eyJhbGciOiJub25lIn0.${Buffer.from(
  JSON.stringify({ exp: Math.floor(Date.now() / 1_000) + 1_800 }),
).toString('base64url')}.seeded-signature`;

/**
 * Stands in for the control plane's browser sign-in, which nobody but its owner can run: it names a page, and that page
 * sends the browser back with a token.
 */
function startControlPlane(answers: () => boolean): Promise<ScriptedServer> {
  return startScriptedServer((request, response) => {
    const origin = `http://${request.headers.host}`;
    const back = request.query.get('redirect_uri') ?? '';
    if (request.path === '/api/v1/auth/oauth/github') {
      const page = `${origin}/authorize?redirect_uri=${encodeURIComponent(back)}`;
      return sendJson(response, 200, { authorize_url: page });
    }
    if (request.path === '/authorize') {
      if (!answers()) {
        response.writeHead(200, { 'content-type': 'text/html' });
        return void response.end('<p>Waiting for you.</p>');
      }
      response.writeHead(302, { location: `${back}&access_token=${browserToken}` });
      return void response.end();
    }
    if (request.headers.authorization !== `Bearer ${browserToken}`) return sendJson(response, 401, {});
    sendJson(response, 200, {
      user: { id: 'u1', email: 'ann@example.com' },
      tenants: [{ id: 'tenant-1', name: 'One', database_url: '' }],
    });
  });
}

describe('signing in to a tenant', () => {
  let workspace: DemoWorkspace;
  let tenant: TenantFixture;
  let controlPlane: ScriptedServer;
  let answers = true;
  const open = useWorkbench(async () => {
    workspace = await createDemoWorkspace();
    tenant = await startTenant({ 'content/a.md': 'A' });
    controlPlane = await startControlPlane(() => answers);
    return {
      folder: workspace.directory,
      settings: { 'systempromptSync.tenant.controlPlane': tenant.server.url },
    };
  });
  afterAll(async () => {
    await workspace?.remove();
    await tenant?.stop();
    await controlPlane?.[Symbol.asyncDispose]();
  });

  const inFolder = (name: string) => path.join(workspace.directory, name);
  const textOf = (name: string) => readFile(inFolder(name), 'utf8').catch(() => '');
  async function projectPage(): Promise<string> {
    const { workbench } = open();
    await workbench.runCommand('Systemprompt Sync: Show Project');
    await workbench.openTab('Project.md');
    await expect.poll(() => workbench.editorText(), patience).toContain('| Token |');
    return workbench.editorText();
  }
  async function setToken(token: string): Promise<void> {
    const { workbench } = open();
    await workbench.runCommand('Systemprompt Sync: Set Token…');
    await workbench.enterSecret(token);
  }

  it('says that nobody is signed in', async () => {
    const { workbench } = open();
    await workbench.openContainer('Systemprompt Sync');
    await workbench.treeRow(view, 'guides').waitFor({ timeout: 60_000 });
    expect(await projectPage()).toContain('| Token | none | Nobody is signed in');
  });

  it('takes a token into the secret storage, and refuses one with blanks', async () => {
    const { workbench } = open();
    await workbench.runCommand('Systemprompt Sync: Set Token…');
    await workbench.box.waitFor();
    expect(await workbench.box.getAttribute('type')).toBe('password');
    await workbench.box.fill(`Bearer ${operatorToken}`);
    await expect.poll(() => workbench.message(), patience).toContain('A token holds no blanks');
    await workbench.box.fill(operatorToken);
    await expect.poll(() => workbench.message(), patience).not.toContain('A token holds no blanks');
    await workbench.page.keyboard.press('Enter');
    await expect.poll(projectPage, patience).toContain('the secret storage of this editor');
    expect(await projectPage()).not.toContain(operatorToken);
  });

  it('asks the account for its tenants only when told to, and keeps the chosen one in the setting', async () => {
    const { workbench } = open();
    const asked = () => tenant.log.filter((line) => line.includes('/api/v1/auth/me')).length;
    await workbench.runCommand('Systemprompt Sync: Select Tenant…');
    expect(await workbench.picks()).not.toContain('One');
    expect(asked()).toBe(0);
    await workbench.pick(`Ask ${new URL(tenant.server.url).host} for the Tenants of My Account`);
    await expect.poll(() => workbench.picks(), patience).toContain('One');
    expect(asked()).toBe(1);
    await workbench.pick('One');
    await expect.poll(() => textOf('.vscode/settings.json'), patience).toContain('"tenant-1"');
    await expect.poll(projectPage, patience).toContain('| Tenant | One (tenant-1) |');
    expect(await projectPage()).toContain(`| relayed by ${tenant.server.url} |`);
  });

  it('tells in the status bar that a token is about to end, and opens no message for it', async () => {
    const { workbench } = open();
    const name = () => workbench.statusAccessibleName(status);
    expect(await name()).not.toContain('The token for the tenant');
    await setToken(endingToken);
    await expect.poll(name, patience).toContain('The token for the tenant expires at');
    expect((await workbench.toasts()).map(({ message }) => message)).toEqual([]);
    await setToken('');
    await expect.poll(name, patience).not.toContain('The token for the tenant');
  });

  /**
   * The editor in a browser sends addresses of this machine through `/proxy/PORT/` of its server, escaped once more. Only
   * the outer command of code-server answers there, and the tests run the server without it: this stands in for it.
   */
  const forwardToControlPlane = () =>
    open()
      .workbench.page.context()
      .route(/\/proxy\/\d+\/authorize/, (route) => {
        const { search } = new URL(route.request().url());
        const back = decodeURIComponent(decodeURIComponent(search)).replace('?redirect_uri=', '');
        const page = `${controlPlane.origin}/authorize?redirect_uri=${encodeURIComponent(back)}`;
        const body = `<script>location.replace(${JSON.stringify(page)})</script>`;
        return route.fulfill({ contentType: 'text/html', body });
      });

  it('ends the wait for the browser when cancelled, and frees its port', async () => {
    const { workbench } = open();
    await mkdir(inFolder('.vscode'), { recursive: true });
    await writeFile(
      inFolder('.vscode/settings.json'),
      JSON.stringify({
        'systempromptSync.tenant.id': 'tenant-1',
        'systempromptSync.tenant.controlPlane': controlPlane.origin,
      }),
    );
    await expect.poll(projectPage, patience).toContain(`| relayed by ${controlPlane.origin} |`);
    answers = false;
    await forwardToControlPlane();
    const opened = workbench.page.context().waitForEvent('page');
    await workbench.runCommand('Systemprompt Sync: Sign In…');
    await workbench.pick('GitHub');
    await (await opened).getByText('Waiting for you.').waitFor();
    await workbench.toastButton('Signing in to', 'Cancel');
    await expect
      .poll(() => fetch('http://127.0.0.1:8765/').then(String, () => 'closed'), patience)
      .toBe('closed');
    expect(await textOf('.systemprompt/credentials.json')).toBe('');
  });

  it('signs in through the browser, which comes back by the callback', async () => {
    const { workbench } = open();
    answers = true;
    const opened = workbench.page.context().waitForEvent('page');
    await workbench.runCommand('Systemprompt Sync: Sign In…');
    await workbench.pick('GitHub');
    const page = await opened;
    await page.getByRole('heading', { name: 'Signed in' }).waitFor();
    expect(page.url()).not.toContain(browserToken);
    await expect.poll(() => textOf('.systemprompt/credentials.json'), patience).toContain('ann@example.com');
    await page.close();
    await expect.poll(projectPage, patience).toContain('| .systemprompt/credentials.json |');
    expect(await projectPage()).not.toContain(browserToken);
  });

  it('signs out after asking, and forgets both tokens', async () => {
    const { workbench } = open();
    await setToken(operatorToken);
    await expect.poll(projectPage, patience).toContain('the secret storage of this editor');
    await workbench.runCommand('Systemprompt Sync: Sign Out…');
    const { detail, buttons } = await workbench.modal();
    expect(detail).toContain('The token in the secret storage of this editor is forgotten.');
    expect(detail).toContain('.systemprompt/credentials.json is deleted');
    expect(buttons).toContain('Sign Out');
    await workbench.modalButton('Cancel');
    expect(await textOf('.systemprompt/credentials.json')).toContain(browserToken);

    await workbench.runCommand('Systemprompt Sync: Sign Out…');
    await workbench.modal();
    await workbench.modalButton('Sign Out');
    await expect.poll(() => textOf('.systemprompt/credentials.json'), patience).toBe('');
    await expect.poll(projectPage, patience).toContain('| Token | none | Nobody is signed in');
  });

  it('has left no token in a file, in a log or on the page', async () => {
    const secrets = [operatorToken, browserToken, endingToken, 'seeded-signature'];
    const log = await open().extensionLog();
    expect(log).toContain('systempromptSync.tenant.signIn');
    const places = [
      log,
      open().server.output(),
      open().consoleLines().join('\n'),
      tenant.log.join('\n'),
      await open().workbench.page.content(),
      ...(await filesBelow(workspace.directory)),
    ];
    for (const secret of secrets) for (const text of places) expect(text).not.toContain(secret);
  });
});

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((entry) => readFile(path.join(entry.parentPath, entry.name), 'utf8')));
}
