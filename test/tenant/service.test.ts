import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { createTenantServer } from '../../src/tenant/createTenantServer';
import { serveTenant } from '../../src/tenant/main';
import { archiveOf, operatorToken, readTree, startTenant } from '../support/tenantFixture';
import type { TenantFixture } from '../support/tenantFixture';

let tenant: TenantFixture | undefined;
afterEach(async () => {
  await tenant?.stop();
  tenant = undefined;
});

const files = { 'agents/a.yaml': 'a', 'content/b.md': 'b' };
const url = '/api/v1/sync/files';

async function received(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

describe('the request log', () => {
  it('tells method, route, status and trace, and holds no secret of any request', async () => {
    const secrets = {
      databaseUrl: 'postgres://u:database-geheim@db.example.com/app',
      registry: { registry: 'r', username: 'x', token: 'registry-geheim', repository: 'p', tag: 't' },
      clients: [{ id: 'sp_web' }, { id: 'robot', secret: 'client-geheim' }],
    };
    const deploy = async (): Promise<never> => Promise.reject(new Error('the hook broke'));
    tenant = await startTenant(files, { ...secrets, deploy });
    const token = await tenant.serviceToken();
    const operator = { authorization: `Bearer ${operatorToken}` };
    await tenant.exchange({ client_id: 'robot', client_secret: 'client-geheim' });
    await tenant.exchange({ client_id: 'robot', client_secret: 'wrong-geheim', subject_token: 'x-geheim' });
    const headers = { authorization: `Bearer ${token}`, cookie: 'access_token=cookie-geheim' };
    await tenant.request(`${url}?filter=query-geheim`, { headers });
    await tenant.request(url, { method: 'POST', headers, body: 'body-geheim' });
    await tenant.request('/api/v1/sync/path-geheim', { headers });
    for (const path of ['database', 'registry-token']) {
      await tenant.request(`/api/v1/tenants/tenant-1/${path}`, { headers: operator });
    }
    const init = { method: 'POST', headers: operator, body: '{"image":"r/p:t"}' };
    const failed = await tenant.request('/api/v1/tenants/tenant-1/deploy', init);
    expect([failed.status, await failed.json()]).toMatchObject([502, { error: { code: 'bad_gateway' } }]);

    const text = tenant.log.join('\n');
    expect(text).not.toContain('geheim');
    expect(text).not.toContain(operatorToken);
    expect(text).not.toContain(token);
    const lines = tenant.log.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(
      expect.objectContaining({ method: 'GET', route: '/api/v1/sync/files', status: 200 }),
    );
    const failure = lines.find((line) => line['status'] === 502);
    expect(failure).toMatchObject({
      route: '/api/v1/tenants/:id/deploy',
      failure: 'The deploy hook failed. ← the hook broke',
    });
    expect(failure?.['trace_id']).toBe(failed.headers.get('x-trace-id'));
  });

  it('keeps secrets out of every refusal as well', async () => {
    tenant = await startTenant(files, { databaseUrl: 'postgres://u:geheim@db.example.com/app' });
    const answers = [
      await tenant.exchange({ subject_token: 'geheim' }),
      await tenant.request(url, { headers: { authorization: 'Bearer geheim' } }),
      await tenant.request('/api/v1/tenants/tenant-1/database', {
        headers: { authorization: 'Bearer geheim' },
      }),
      await tenant.call(url, { method: 'POST', body: 'geheim' }),
    ];
    for (const answer of answers) expect(await answer.text()).not.toContain('geheim');
  });
});

describe('limits on what a client sends', () => {
  it('end a request with oversized headers', async () => {
    tenant = await startTenant(files);
    const socket = connect(tenant.server.port, '127.0.0.1');
    socket.write(`GET /health HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(40_000)}\r\n\r\n`);
    expect(await received(socket)).toMatch(/^HTTP\/1\.1 431/u);
  });

  it('end a client that never finishes its headers', async () => {
    tenant = await startTenant(files, { timeouts: { headersMs: 300, requestMs: 600 } });
    const socket = connect(tenant.server.port, '127.0.0.1');
    socket.write('GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect(await received(socket)).toMatch(/^(HTTP\/1\.1 408|$)/u);
  });

  it('end a client that never finishes its body, and apply nothing of it', async () => {
    // Long enough for the exchange of the token on a machine that is busy.
    tenant = await startTenant(files, { timeouts: { headersMs: 2_000, requestMs: 3_000 } });
    const token = await tenant.serviceToken();
    const body = await archiveOf({ 'agents/a.yaml': 'new' });
    const socket = connect(tenant.server.port, '127.0.0.1');
    socket.write(
      `POST ${url} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.subarray(0, -20));
    expect(await received(socket)).not.toMatch(/^HTTP\/1\.1 200/u);
    expect(await readTree(tenant.services)).toEqual(files);
    expect(await readdir(join(tenant.stateDir, 'staging'))).toEqual([]);
  });

  it('refuse a form, a deploy body and a list of deletions beyond reason', async () => {
    tenant = await startTenant(files, { deploy: async () => ({ status: 'x', app_url: null }) });
    const operator = { authorization: `Bearer ${operatorToken}` };
    const big = 'a'.repeat(1_100_000);
    expect((await tenant.exchange({ subject_token: big })).status).toBe(413);
    const deploy = { method: 'POST', headers: operator, body: big };
    expect((await tenant.request('/api/v1/tenants/tenant-1/deploy', deploy)).status).toBe(413);
    expect((await tenant.call(`${url}/delete`, { method: 'POST', body: big })).status).toBe(413);
  });

  it.each(['', '-rf', 'a b', 'a;b', 'a\nb', '$(x)', 'x'.repeat(600)])(
    'refuse the image %j of a deploy',
    async (image) => {
      tenant = await startTenant(files, { deploy: async () => ({ status: 'x', app_url: null }) });
      const init = {
        method: 'POST',
        headers: { authorization: `Bearer ${operatorToken}` },
        body: JSON.stringify({ image }),
      };
      expect((await tenant.request('/api/v1/tenants/tenant-1/deploy', init)).status).toBe(400);
    },
  );
});

describe('the deploy hook', () => {
  const deploy = (fixture: TenantFixture): Promise<Response> =>
    fixture.request('/api/v1/cloud/tenants/tenant-1/deploy', {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorToken}` },
      body: JSON.stringify({ image: 'registry.example.com/one-app:v1' }),
    });
  const node = (script: string): { command: readonly string[] } => ({
    command: [process.execPath, '-e', script],
  });

  it('runs a program with the image as its last argument and without the operator token', async () => {
    const before = process.env['SYSTEMPROMPT_TENANT_TOKEN'];
    process.env['SYSTEMPROMPT_TENANT_TOKEN'] = operatorToken;
    try {
      const script = `process.exit(process.argv.at(-1) === 'registry.example.com/one-app:v1'
        && process.env.SYSTEMPROMPT_DEPLOY_IMAGE === process.argv.at(-1)
        && process.env.SYSTEMPROMPT_TENANT_TOKEN === undefined ? 0 : 9)`;
      tenant = await startTenant(files, { deploy: node(script) });
      const response = await deploy(tenant);
      expect([response.status, await response.json()]).toEqual([200, { status: 'deployed', app_url: null }]);
    } finally {
      if (before === undefined) delete process.env['SYSTEMPROMPT_TENANT_TOKEN'];
      else process.env['SYSTEMPROMPT_TENANT_TOKEN'] = before;
    }
  });

  it.each([
    ['fails', node('process.exit(3)'), 60_000, /exit code 3/u],
    ['is not there', { command: ['no-such-program-here'] }, 60_000, /hook failed/u],
    ['takes too long', node('setTimeout(() => {}, 60000)'), 500, /SIGTERM/u],
  ])('that %s is reported', async (_name, hook, deployMs, message) => {
    tenant = await startTenant(files, { deploy: hook, timeouts: { deployMs } });
    const response = await deploy(tenant);
    const answer = (await response.json()) as { error: { message: string } };
    expect(response.status).toBe(502);
    expect(answer.error.message).toMatch(message);
  });

  it('runs once at a time', async () => {
    let start = (): void => undefined;
    let finish = (): void => undefined;
    const started = new Promise<void>((resolve) => (start = resolve));
    const running = new Promise<void>((resolve) => (finish = resolve));
    const hook = async (): Promise<{ status: string; app_url: null }> => {
      start();
      await running;
      return { status: 'deployed', app_url: null };
    };
    tenant = await startTenant(files, { deploy: hook });
    const first = deploy(tenant);
    await started;
    expect((await deploy(tenant)).status).toBe(409);
    finish();
    expect((await first).status).toBe(200);
  });

  it('that nobody configured is a state to show', async () => {
    tenant = await startTenant(files);
    const response = await deploy(tenant);
    expect([response.status, await response.json()]).toMatchObject([
      501,
      { error: { code: 'not_implemented' } },
    ]);
  });
});

describe('a thousand requests at once', () => {
  it('are all answered, and memory stays flat', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, n) => [`content/${n}.md`, `text ${n}`.repeat(50)]),
    );
    tenant = await startTenant(many);
    const headers = { authorization: `Bearer ${await tenant.serviceToken()}` };
    const body = await archiveOf({
      'content/1.md': many['content/1.md']!,
      'content/2.md': many['content/2.md']!,
    });
    const requests = [
      (fixture: TenantFixture) => fixture.request(`${url}/manifest`, { headers }),
      (fixture: TenantFixture) => fixture.request(url, { headers }),
      (fixture: TenantFixture) => fixture.request(url, { method: 'POST', headers, body }),
      (fixture: TenantFixture) => fixture.request(`${url}/manifest`),
    ];
    const before = process.memoryUsage().rss;
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
    const statuses = new Map<string, number>();
    const fixture = tenant;
    await Promise.all(
      Array.from({ length: 1000 }, async (_, n) => {
        const response = await requests[n % requests.length]!(fixture);
        await response.arrayBuffer();
        const key = `${n % requests.length}: ${response.status}`;
        statuses.set(key, (statuses.get(key) ?? 0) + 1);
      }),
    );
    clearInterval(watch);
    expect(Object.fromEntries(statuses)).toEqual({
      '0: 200': 250,
      '1: 200': 250,
      '2: 200': 250,
      '3: 401': 250,
    });
    // Client and server share this process: a thousand sockets on both sides and their buffers, nothing per file.
    expect((peak - before) / 1024 / 1024).toBeLessThan(200);
    expect(await readdir(join(tenant.stateDir, 'staging'))).toEqual([]);
    expect(tenant.server.stats().uploadsApplied).toBe(0);
  });
});

describe('a stop', () => {
  it('lets a running upload end, and takes nothing new', async () => {
    tenant = await startTenant(files);
    const token = await tenant.serviceToken();
    const body = await archiveOf({ 'agents/a.yaml': 'new' });
    const socket = connect(tenant.server.port, '127.0.0.1');
    const answer = received(socket);
    const start = `POST ${url} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${body.length}\r\n\r\n`;
    socket.write(start);
    socket.write(body.subarray(0, -20));
    // The request is at work when its staging directory is there.
    await expect.poll(async () => (await readdir(join(tenant!.stateDir, 'staging'))).length).toBe(1);
    const stopped = tenant.server.close();
    socket.write(body.subarray(-20));
    await stopped;
    expect(await answer).toMatch(/^HTTP\/1\.1 200/u);
    expect(await readTree(tenant.services)).toEqual({ ...files, 'agents/a.yaml': 'new' });
    await expect(tenant.request('/health')).rejects.toThrow();
  });

  it('cuts off what does not end in time, and leaves no trace of it', async () => {
    tenant = await startTenant(files, { timeouts: { graceMs: 200 } });
    const token = await tenant.serviceToken();
    const socket = connect(tenant.server.port, '127.0.0.1');
    const answer = received(socket);
    socket.write(
      `POST ${url} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 1000\r\n\r\n`,
    );
    const staged = async () => (await readdir(join(tenant!.stateDir, 'staging'))).length;
    await expect.poll(staged, { timeout: 30_000 }).toBe(1);
    await tenant.server.close();
    await answer;
    expect(await readTree(tenant.services)).toEqual(files);
    expect(await readdir(tenant.stateDir)).toEqual(['.gitignore', 'backups', 'locks', 'staging']);
    expect(await readdir(join(tenant.stateDir, 'staging'))).toEqual([]);
  });

  it('may be asked for twice', async () => {
    tenant = await startTenant(files);
    await Promise.all([tenant.server.close(), tenant.server.close()]);
  });
});

describe('health', () => {
  it('is bad when the services directory has gone', async () => {
    tenant = await startTenant(files);
    await rm(tenant.services, { recursive: true });
    const response = await tenant.request('/health');
    expect([response.status, await response.json()]).toEqual([503, { status: 'unhealthy' }]);
    expect((await tenant.call(`${url}/manifest`)).status).toBe(500);
  });
});

describe('tenant serve', () => {
  it('prints one line with its address, and ends when it is told to', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'serve-'));
    const servicesDir = join(directory, 'services');
    await mkdir(servicesDir);
    const controller = new AbortController();
    const lines: string[] = [];
    const env = {
      SYSTEMPROMPT_TENANT_TOKEN: operatorToken,
      SYSTEMPROMPT_TENANT_ID: 'from-env',
      SYSTEMPROMPT_TENANT_DIRECTORIES: 'web, hooks',
      SYSTEMPROMPT_TENANT_MAX_BODY_BYTES: '1000',
    };
    try {
      const print = (line: string): void => void lines.push(line);
      const serving = serveTenant({ servicesDir, env, signal: controller.signal, print });
      await expect.poll(() => lines.length).toBe(1);
      const { url: address } = JSON.parse(lines[0]!) as { url: string };
      const headers = { authorization: `Bearer ${operatorToken}` };
      const manifest = await fetch(`${address}/api/v1/tenants/from-env/files/manifest`, { headers });
      expect(await manifest.json()).toMatchObject({
        data: {
          max_body_bytes: 1000,
          directories: expect.arrayContaining(['agents', 'web', 'hooks']) as unknown,
        },
      });
      controller.abort();
      await serving;
      expect(lines).toHaveLength(1);
      await expect(fetch(`${address}/health`)).rejects.toThrow();
    } finally {
      controller.abort();
      await rm(directory, { recursive: true, force: true });
    }
  });

  const signal = new AbortController().signal;
  const print = (): void => undefined;
  it.each([
    ['no token', {}, 'missingConfig', /SYSTEMPROMPT_TENANT_TOKEN/u],
    ['a blank token', { SYSTEMPROMPT_TENANT_TOKEN: '  ' }, 'missingConfig', /SYSTEMPROMPT_TENANT_TOKEN/u],
    [
      'a token that is guessed soon',
      { SYSTEMPROMPT_TENANT_TOKEN: 'geheim' },
      'invalidInput',
      /^(?!.*geheim)/u,
    ],
    [
      'a token that no client can send',
      { SYSTEMPROMPT_TENANT_TOKEN: `${operatorToken} geheim` },
      'invalidInput',
      /^(?!.*geheim)/u,
    ],
    [
      'a registry that is no JSON',
      { SYSTEMPROMPT_TENANT_TOKEN: operatorToken, SYSTEMPROMPT_TENANT_REGISTRY: 'geheim' },
      'invalidInput',
      /^SYSTEMPROMPT_TENANT_REGISTRY cannot be understood\.$/u,
    ],
    [
      'a directory that climbs',
      { SYSTEMPROMPT_TENANT_TOKEN: operatorToken, SYSTEMPROMPT_TENANT_DIRECTORIES: '../x' },
      'invalidInput',
      /cannot be a served directory/u,
    ],
  ])('does not start with %s', async (_name, env, code, message) => {
    const serving = serveTenant({ servicesDir: tmpdir(), env, signal, print });
    await expect(serving).rejects.toMatchObject({ code, message: expect.stringMatching(message) as unknown });
  });

  it('does not start on a directory that is not there, which would look like an empty tenant', async () => {
    const servicesDir = join(tmpdir(), 'no-such-services');
    const env = { SYSTEMPROMPT_TENANT_TOKEN: operatorToken };
    await expect(serveTenant({ servicesDir, env, signal, print })).rejects.toMatchObject({
      code: 'missingConfig',
      message: expect.stringContaining(servicesDir) as unknown,
    });
  });

  it('says so when its port is taken', async () => {
    tenant = await startTenant(files);
    const servicesDir = join(tenant.root, 'other', 'services');
    await mkdir(servicesDir, { recursive: true });
    const second = createTenantServer({
      servicesDir,
      operatorToken,
      port: tenant.server.port,
    });
    await expect(second).rejects.toMatchObject({ code: 'io' });
  });
});
