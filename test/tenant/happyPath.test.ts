import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { stageArchive } from '../../src/core/files/archive/stageArchive';
import { archiveOf, operatorToken, readTree, startTenant } from '../support/tenantFixture';
import type { TenantFixture } from '../support/tenantFixture';

let tenant: TenantFixture | undefined;
afterEach(() => tenant?.stop());

const files = { 'agents/a.yaml': 'a', 'content/b.md': 'b', 'web/c.html': 'c', 'skills/x/SKILL.md': 'x' };

interface ManifestJson {
  files: { path: string; checksum: string; size: number }[];
  checksum: string;
  total_size: number;
  directories: string[];
  max_body_bytes: number;
}

describe('the direct routes', () => {
  it('list the served files with their checksums', async () => {
    tenant = await startTenant(files);
    const response = await tenant.call('/api/v1/sync/files/manifest');
    const manifest = (await response.json()) as ManifestJson;
    expect(response.status).toBe(200);
    expect(manifest.files.map((file) => file.path)).toEqual([
      'agents/a.yaml',
      'content/b.md',
      'skills/x/SKILL.md',
    ]);
    expect(manifest.total_size).toBe(3);
    expect(manifest.directories).toEqual(['agents', 'skills', 'content', 'mcp', 'ai', 'config', 'profiles']);
    expect(manifest.max_body_bytes).toBe(2 * 1024 * 1024);
    expect(response.headers.get('etag')).toBe(`"${manifest.checksum}"`);
  });

  it('send the archive of a filter, and only of that', async () => {
    tenant = await startTenant(files);
    const response = await tenant.call('/api/v1/sync/files?filter=skills,%20content,nonsense');
    expect(response.headers.get('content-type')).toBe('application/gzip');
    const body = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-length')).toBe(String(body.length));
    const directory = await mkdtemp(join(tmpdir(), 'pulled-'));
    try {
      const source = (async function* () {
        yield body;
      })();
      const staged = await stageArchive(source, { directory: join(directory, 'staged') });
      const texts = await Promise.all(staged.files.map((file) => readFile(file.stagedPath, 'utf8')));
      expect(staged.files.map((file) => file.path)).toEqual(['content/b.md', 'skills/x/SKILL.md']);
      expect(texts).toEqual(['b', 'x']);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('take an upload and keep what it overwrote', async () => {
    tenant = await startTenant(files);
    const body = await archiveOf({ 'agents/a.yaml': 'a2', 'agents/new.yaml': 'n', 'content/b.md': 'b' });
    const response = await tenant.call('/api/v1/sync/files', { method: 'POST', body });
    const answer = (await response.json()) as Record<string, unknown>;
    expect(response.status).toBe(200);
    expect(answer).toMatchObject({ files_uploaded: 2, files_unchanged: 1 });
    expect(await readTree(tenant.services)).toEqual({
      ...files,
      'agents/a.yaml': 'a2',
      'agents/new.yaml': 'n',
    });
    const kept = await readTree(join(tenant.stateDir, 'backups', String(answer['backup'])));
    expect(kept['files/agents/a.yaml']).toBe('a');
    expect(tenant.server.stats()).toEqual({ uploadsApplied: 1, filesWritten: 2, filesDeleted: 0 });
  });

  it('delete what is named and say what was not there', async () => {
    tenant = await startTenant(files);
    const body = JSON.stringify({ paths: ['skills/x/SKILL.md', 'skills/gone.md'] });
    const response = await tenant.call('/api/v1/sync/files/delete', { method: 'POST', body });
    expect(await response.json()).toMatchObject({
      files_deleted: 1,
      deleted: ['skills/x/SKILL.md'],
      missing: ['skills/gone.md'],
    });
    expect(Object.keys(await readTree(tenant.services))).not.toContain('skills/x/SKILL.md');
  });
});

describe('the control plane routes', () => {
  it('answer under both prefixes, flat and wrapped', async () => {
    tenant = await startTenant(files, {
      databaseUrl: 'postgres://u:geheim@db.example.com/app',
      registry: { registry: 'r', username: 'x', token: 't', repository: 'one-app', tag: 'v1' },
      deploy: async ({ image }) => ({ status: `deployed ${image}`, app_url: null }),
    });
    const headers = { authorization: `Bearer ${operatorToken}` };
    const expected = {
      '': { id: 'tenant-1', name: 'One', fly_app_name: 'one-app' },
      '/database': { database_url: 'postgres://u:geheim@db.example.com/app' },
      '/registry-token': { registry: 'r', username: 'x', token: 't', repository: 'one-app', tag: 'v1' },
      '/status': { status: 'ready', app_url: null },
    };
    for (const [path, body] of Object.entries(expected)) {
      const flat = await tenant.request(`/api/v1/cloud/tenants/tenant-1${path}`, { headers });
      const wrapped = await tenant.request(`/api/v1/tenants/tenant-1${path}`, { headers });
      expect([path, await flat.json()]).toEqual([path, body]);
      expect([path, await wrapped.json()]).toEqual([path, { data: body }]);
    }
    const deploy = { method: 'POST', headers, body: JSON.stringify({ image: 'r/one-app:v1' }) };
    const answer = await tenant.request('/api/v1/cloud/tenants/tenant-1/deploy', deploy);
    expect(await answer.json()).toEqual({ status: 'deployed r/one-app:v1', app_url: null });
  });

  it('take and give files for the operator', async () => {
    tenant = await startTenant(files);
    const headers = { authorization: `Bearer ${operatorToken}` };
    const body = await archiveOf({ 'agents/a.yaml': 'relayed' });
    const url = '/api/v1/cloud/tenants/tenant-1/files';
    const upload = await tenant.request(url, { method: 'POST', headers, body });
    expect(await upload.json()).toMatchObject({ files_uploaded: 1 });
    const download = await tenant.request(url, { headers });
    expect(download.headers.get('content-type')).toBe('application/gzip');
    expect((await download.arrayBuffer()).byteLength).toBeGreaterThan(100);
  });

  it('tell the operator who they are', async () => {
    tenant = await startTenant(files, { databaseUrl: 'postgres://u:geheim@db.example.com/app' });
    const headers = { authorization: `Bearer ${operatorToken}` };
    const me = (await (await tenant.request('/api/v1/auth/me', { headers })).json()) as Record<
      string,
      unknown
    >;
    expect(me).toMatchObject({
      user: { id: 'operator' },
      tenants: [{ id: 'tenant-1', database_url: 'postgres://u:***@db.example.com/app' }],
    });
  });
});

describe('health', () => {
  it.each(['/health', '/api/v1/health'])('is answered at %s without a token', async (path) => {
    tenant = await startTenant(files);
    const response = await tenant.request(path);
    expect([response.status, await response.json()]).toEqual([200, { status: 'healthy' }]);
  });
});
