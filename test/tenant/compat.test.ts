import { randomBytes } from 'node:crypto';

import { afterEach, describe, expect, it } from 'vitest';

import type { Generation } from '../../src/tenant/behaviour';
import { archiveOf, operatorToken, readTree, startTenant } from '../support/tenantFixture';
import type { TenantFixture } from '../support/tenantFixture';

let tenant: TenantFixture;
afterEach(() => tenant.stop());

const files = { 'agents/a.yaml': 'a', 'mcp/m.yaml': 'm', 'config/c.yaml': 'c', 'web/w.html': 'w' };
const url = '/api/v1/sync/files';
const old = ['0.12', '0.23', '0.33'] as const satisfies readonly Generation[];
const service = { spWebScopes: ['service'] } as const;

describe.each(old)('a %s server', (generation) => {
  it('gives sp_web a token that its own gate refuses with 403', async () => {
    tenant = await startTenant(files, { generation });
    const response = await tenant.call(`${url}/manifest`);
    expect([response.status, await response.json()]).toMatchObject([403, { code: 'forbidden' }]);
  });

  it('lets a client with the service scope in', async () => {
    tenant = await startTenant(files, { generation, clients: [{ id: 'sp_web' }, { id: 'sync' }] });
    const { access_token } = (await (await tenant.exchange({ client_id: 'sync' })).json()) as {
      access_token: string;
    };
    const headers = { authorization: `Bearer ${access_token}` };
    expect((await tenant.request(`${url}/manifest`, { headers })).status).toBe(200);
    const cookie = { cookie: `other=1; access_token=${access_token}` };
    expect((await tenant.request(`${url}/manifest`, { headers: cookie })).status).toBe(200);
  });

  it('refuses an exchange without client_id as the field met it', async () => {
    tenant = await startTenant(files, { generation });
    const response = await tenant.exchange({ client_id: undefined });
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: 'invalid_request', error_description: 'client_id: is required' },
    ]);
  });

  it('knows neither ETag nor limits nor deletions, and lists directory by directory', async () => {
    tenant = await startTenant(files, { generation, faults: service });
    const response = await tenant.call(`${url}/manifest`);
    const manifest = (await response.json()) as { files: { path: string }[] };
    expect(Object.keys(manifest)).toEqual(['files', 'timestamp', 'checksum', 'total_size']);
    expect(manifest.files.map((file) => file.path)).toEqual(['agents/a.yaml', 'mcp/m.yaml', 'config/c.yaml']);
    expect(response.headers.has('etag')).toBe(false);
    const deletion = await tenant.call(`${url}/delete`, {
      method: 'POST',
      body: '{"paths":["agents/a.yaml"]}',
    });
    expect(deletion.status).toBe(404);
    expect(await readTree(tenant.services)).toEqual(files);
  });

  it('answers a query that does not parse in plain text', async () => {
    tenant = await startTenant(files, { generation, faults: service });
    const response = await tenant.call(`${url}?dry_run=maybe`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      400,
      'text/plain; charset=utf-8',
    ]);
  });
});

describe('a 0.12 server', () => {
  const start = async (): Promise<void> =>
    void (tenant = await startTenant(files, { generation: '0.12', faults: service }));

  it('takes an upload and ignores If-Match', async () => {
    await start();
    const body = await archiveOf({ 'agents/a.yaml': 'new' });
    const response = await tenant.call(url, { method: 'POST', headers: { 'if-match': '"stale"' }, body });
    const answer = (await response.json()) as Record<string, unknown>;
    expect([response.status, Object.keys(answer)]).toEqual([200, ['files_uploaded', 'uploaded_at']]);
    expect(answer['files_uploaded']).toBe(1);
  });

  it('stops at the first foreign directory with 500 and keeps what came before it', async () => {
    await start();
    const body = await archiveOf({ 'agents/a.yaml': 'new', 'hooks/h.sh': 'x', 'skills/s.md': 'never' });
    const response = await tenant.call(url, { method: 'POST', body });
    expect([response.status, await response.json()]).toMatchObject([500, { code: 'internal_error' }]);
    expect(await readTree(tenant.services)).toEqual({ ...files, 'agents/a.yaml': 'new' });
  });

  it('calls a damaged archive its own fault', async () => {
    await start();
    const response = await tenant.call(url, { method: 'POST', body: 'no archive' });
    expect([response.status, await response.json()]).toMatchObject([500, { code: 'internal_error' }]);
  });

  it('answers a body over two megabytes with 413 in plain text, having written nothing', async () => {
    await start();
    const body = await archiveOf({ 'agents/a.yaml': 'new', 'content/noise.bin': randomBytes(2_200_000) });
    const response = await tenant.call(url, { method: 'POST', body });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      413,
      'text/plain; charset=utf-8',
    ]);
    expect(await response.text()).not.toContain('{');
    expect(await readTree(tenant.services)).toEqual(files);
  });

  it('peeks in a dry run: sizes, no checksums, nothing written', async () => {
    await start();
    const body = await archiveOf({ 'web/x.html': 'new' });
    const response = await tenant.call(`${url}?dry_run=true`, { method: 'POST', body });
    expect(await response.json()).toMatchObject({
      manifest: { files: [{ path: 'web/x.html', checksum: '', size: 3 }] },
    });
    expect(await readTree(tenant.services)).toEqual(files);
  });

  it('answers under both control plane prefixes', async () => {
    await start();
    const headers = { authorization: `Bearer ${operatorToken}` };
    expect((await tenant.request('/api/v1/cloud/tenants/tenant-1', { headers })).status).toBe(200);
    expect((await tenant.request('/api/v1/tenants/tenant-1', { headers })).status).toBe(200);
  });
});

describe.each(['0.23', '0.33'] as const)('a %s server', (generation) => {
  it('takes no pushes', async () => {
    tenant = await startTenant(files, { generation, faults: service });
    const body = await archiveOf({ 'agents/a.yaml': 'new' });
    const response = await tenant.call(url, { method: 'POST', body });
    expect([response.status, await response.text()]).toEqual([405, '']);
    expect(await readTree(tenant.services)).toEqual(files);
  });
});

describe('a 0.33 server', () => {
  it('answers only under the wrapped control plane prefix', async () => {
    tenant = await startTenant(files, { generation: '0.33' });
    const headers = { authorization: `Bearer ${operatorToken}` };
    expect((await tenant.request('/api/v1/cloud/tenants/tenant-1', { headers })).status).toBe(404);
    const wrapped = await tenant.request('/api/v1/tenants/tenant-1', { headers });
    expect(await wrapped.json()).toMatchObject({ data: { id: 'tenant-1', fly_app_name: 'one-app' } });
  });
});

describe('single faults', () => {
  it('can be switched on alone: 404 instead of 405 for an upload', async () => {
    tenant = await startTenant(files, { faults: { upload: 404 } });
    expect((await tenant.call(url, { method: 'POST', body: 'x' })).status).toBe(404);
  });

  it('can be switched on alone: eight directories of the old client', async () => {
    const directories = ['agents', 'skills', 'content', 'web', 'config', 'profiles', 'plugins', 'hooks'];
    tenant = await startTenant(files, { directories });
    const manifest = (await (await tenant.call(`${url}/manifest`)).json()) as { files: { path: string }[] };
    expect(manifest.files.map((file) => file.path)).toEqual(['agents/a.yaml', 'config/c.yaml', 'web/w.html']);
  });

  it('can be switched on alone: an exchange that needs no client id', async () => {
    tenant = await startTenant(files, { faults: { clientIdRequired: false } });
    expect((await tenant.exchange({ client_id: undefined })).status).toBe(200);
  });
});
