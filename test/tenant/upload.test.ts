import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { createTenantServer } from '../../src/tenant/createTenantServer';
import { hostileArchives } from '../support/hostileArchives';
import { archiveOf, operatorToken, readTree, startTenant, writeFiles } from '../support/tenantFixture';
import type { TenantFixture } from '../support/tenantFixture';

let tenant: TenantFixture;
afterEach(() => tenant.stop());

const files = { 'agents/a.yaml': 'a', 'content/b.md': 'b', 'content/sub/c.md': 'c' };
const url = '/api/v1/sync/files';

async function upload(
  content: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return tenant.call(url, { method: 'POST', headers, body: await archiveOf(content) });
}

async function remove(body: unknown): Promise<Response> {
  return tenant.call(`${url}/delete`, { method: 'POST', body: JSON.stringify(body) });
}

async function checksum(): Promise<string> {
  return ((await (await tenant.call(`${url}/manifest`)).json()) as { checksum: string }).checksum;
}

async function backups(): Promise<string[]> {
  return (await readdir(join(tenant.stateDir, 'backups'))).sort();
}

describe('a hostile upload', () => {
  it('is refused whole, whichever of all forms it has, and nothing changes', async () => {
    tenant = await startTenant(files);
    const token = await tenant.serviceToken();
    for (const { name, bytes } of hostileArchives) {
      const body = bytes();
      if (body.length > 2 * 1024 * 1024) continue;
      const headers = { authorization: `Bearer ${token}` };
      const response = await tenant.request(url, { method: 'POST', headers, body });
      const answer = (await response.json()) as Record<string, unknown>;
      expect([name, [400, 422].includes(response.status), typeof answer['code']]).toEqual([
        name,
        true,
        'string',
      ]);
    }
    expect(await readTree(tenant.services)).toEqual(files);
    expect(await readdir(join(tenant.stateDir, 'staging'))).toEqual([]);
    expect(await backups()).toEqual([]);
    expect(tenant.server.stats().uploadsApplied).toBe(0);
  });

  it.each([
    ['a directory that is not served', { 'agents/a.yaml': 'new', 'web/x.html': 'x' }, 'directory'],
    ['a file beside the directories', { 'agents/a.yaml': 'new', 'root.md': 'x' }, 'directory'],
    ['a file in place of a directory', { 'agents/a.yaml': 'new', mcp: 'x' }, 'directory'],
    ['secrets', { 'agents/a.yaml': 'new', 'profiles/p/secrets.json': '{}' }, 'secret'],
    ['a private key', { 'agents/a.yaml': 'new', 'config/signing_key.pem': 'x' }, 'secret'],
    ['environment variables', { 'agents/a.yaml': 'new', 'config/.env.local': 'x' }, 'secret'],
    ['Git data', { 'agents/a.yaml': 'new', 'content/.git/config': 'x' }, 'secret'],
  ])('with %s is refused whole', async (_name, content, rule) => {
    tenant = await startTenant(files);
    const response = await upload(content);
    expect([response.status, await response.json()]).toMatchObject([
      422,
      { code: 'validation_error', details: { rule } },
    ]);
    expect(await readTree(tenant.services)).toEqual(files);
  });

  it.each([
    ['a parent that is a link', 'content/link/x.md'],
    ['a target that is a link', 'content/file-link.md'],
    ['a target that is a directory', 'content/sub'],
    ['a parent that is a file', 'content/b.md/x.md'],
    ['a name that differs from another only by letter case', 'content/B.md'],
  ])('that meets %s is answered 409 with the path, and nothing changes', async (_name, path) => {
    tenant = await startTenant(files);
    await writeFiles(tenant.root, { 'outside/x.md': 'outside' });
    await symlink(join(tenant.root, 'outside'), join(tenant.services, 'content/link'));
    await symlink(join(tenant.root, 'outside/x.md'), join(tenant.services, 'content/file-link.md'));
    const before = await readTree(tenant.root);
    const response = await upload({ 'agents/a.yaml': 'new', [path]: 'evil' });
    expect([response.status, await response.json()]).toMatchObject([
      409,
      { code: 'conflict_error', details: { paths: [path] } },
    ]);
    expect(await readTree(tenant.root)).toEqual(before);
  });

  it.each([
    ['declared', false],
    ['streamed', true],
  ])('that is too large is answered 413 as JSON when its length is %s', async (_name, streamed) => {
    tenant = await startTenant(files, { maxBodyBytes: 100_000 });
    const noise = await archiveOf({ 'content/noise.bin': randomBytes(3_000_000) });
    const pieces = (async function* (): AsyncGenerator<Uint8Array> {
      for (let offset = 0; offset < noise.length; offset += 10_000)
        yield noise.subarray(offset, offset + 10_000);
    })();
    const body = streamed ? ReadableStream.from(pieces) : noise;
    const response = await tenant.call(url, { method: 'POST', body, duplex: 'half' });
    expect([response.status, await response.json()]).toMatchObject([
      413,
      { code: 'payload_too_large', details: { max_body_bytes: 100_000 } },
    ]);
    expect(await readTree(tenant.services)).toEqual(files);
    expect(await readdir(join(tenant.stateDir, 'staging'))).toEqual([]);
  });
});

describe('an upload', () => {
  it('leaves equal files alone and counts what it wrote', async () => {
    tenant = await startTenant(files);
    const before = await stat(join(tenant.services, 'content/b.md'), { bigint: true });
    const answer = await (await upload({ 'agents/a.yaml': 'new', 'content/b.md': 'b' })).json();
    expect(answer).toMatchObject({ files_uploaded: 1, files_unchanged: 1, checksum: await checksum() });
    const after = await stat(join(tenant.services, 'content/b.md'), { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });

  it('that comes twice is applied once', async () => {
    tenant = await startTenant(files);
    await upload({ 'agents/a.yaml': 'new' });
    expect(await (await upload({ 'agents/a.yaml': 'new' })).json()).toMatchObject({ files_uploaded: 0 });
    expect(tenant.server.stats().uploadsApplied).toBe(1);
  });

  it('keeps the mode of a file it overwrites', async () => {
    tenant = await startTenant(files);
    await chmod(join(tenant.services, 'content/b.md'), 0o755);
    await upload({ 'content/b.md': 'new' });
    expect((await stat(join(tenant.services, 'content/b.md'))).mode & 0o777).toBe(0o755);
  });

  it('with dry_run validates, tells what it would do, and changes nothing', async () => {
    tenant = await startTenant(files);
    const body = await archiveOf({ 'agents/a.yaml': 'new', 'content/b.md': 'b' });
    const response = await tenant.call(`${url}?dry_run=true`, { method: 'POST', body });
    expect(await response.json()).toMatchObject({
      files_uploaded: 0,
      would_write: ['agents/a.yaml'],
      manifest: {
        files: [
          { path: 'agents/a.yaml', size: 3 },
          { path: 'content/b.md', size: 1 },
        ],
        total_size: 4,
      },
    });
    expect(await readTree(tenant.services)).toEqual(files);
  });

  it('is seen whole or not at all by those who read meanwhile', async () => {
    tenant = await startTenant(
      Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`content/${n}.md`, 'old'])),
    );
    const body = await archiveOf(
      Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`content/${n}.md`, 'new'])),
    );
    const token = await tenant.serviceToken();
    const headers = { authorization: `Bearer ${token}` };
    const reads = Array.from({ length: 30 }, async () => {
      const response = await tenant.request(`${url}/manifest`, { headers });
      const manifest = (await response.json()) as { files: { checksum: string }[] };
      return new Set(manifest.files.map((file) => file.checksum)).size;
    });
    await Promise.all([...reads, tenant.request(url, { method: 'POST', headers, body })]);
    expect(new Set(await Promise.all(reads))).toEqual(new Set([1]));
  });

  it('runs one at a time: of ten with the same precondition exactly one is applied', async () => {
    tenant = await startTenant(files);
    const seen = await checksum();
    const attempts = Array.from({ length: 10 }, (_, n) =>
      upload({ 'agents/a.yaml': `v${n}` }, { 'if-match': `"${seen}"` }),
    );
    const statuses = (await Promise.all(attempts)).map((response) => response.status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
    expect(tenant.server.stats().uploadsApplied).toBe(1);
  });
});

describe('If-Match', () => {
  it('lets an upload pass while the manifest is what the client saw', async () => {
    tenant = await startTenant(files);
    const response = await upload({ 'agents/a.yaml': 'new' }, { 'if-match': `"${await checksum()}"` });
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toBe(`"${await checksum()}"`);
  });

  it('answers 412 with the paths that moved, and changes nothing', async () => {
    tenant = await startTenant(files);
    const seen = await checksum();
    await writeFiles(tenant.services, { 'content/b.md': 'theirs', 'content/new.md': 'n' });
    await remove({ paths: ['content/sub/c.md'] });
    const before = await readTree(tenant.services);
    const response = await upload({ 'agents/a.yaml': 'mine' }, { 'if-match': `"${seen}"` });
    expect([response.status, await response.json()]).toMatchObject([
      412,
      {
        code: 'precondition_failed',
        details: {
          paths: ['content/b.md', 'content/new.md', 'content/sub/c.md'],
          checksum: await checksum(),
          paths_known: true,
        },
      },
    ]);
    expect(await readTree(tenant.services)).toEqual(before);
  });

  it('sees a renamed file although the checksum does not cover names', async () => {
    tenant = await startTenant({ 'content/a.md': 'x' });
    const seen = await checksum();
    await writeFiles(tenant.services, { 'content/b.md': 'x' });
    await rm(join(tenant.services, 'content/a.md'));
    const response = await upload({ 'content/a.md': 'y' }, { 'if-match': `"${seen}"` });
    expect([response.status, await response.json()]).toMatchObject([
      412,
      { details: { paths: ['content/a.md', 'content/b.md'] } },
    ]);
  });

  it.each([
    ['an unknown checksum', '"abc"', 412],
    ['a weak tag', `W/"abc"`, 412],
    ['an asterisk', '*', 200],
    ['text without quotes', 'abc', 400],
  ])('with %s is answered properly', async (_name, header, status) => {
    tenant = await startTenant(files);
    expect((await upload({ 'agents/a.yaml': 'new' }, { 'if-match': header })).status).toBe(status);
  });
});

describe('a deletion', () => {
  it('removes the named files and directories it leaves empty, and keeps a backup', async () => {
    tenant = await startTenant(files);
    const answer = (await (
      await remove({ paths: ['content/sub/c.md'], if_match: await checksum() })
    ).json()) as {
      backup: string;
    };
    expect(await readdir(join(tenant.services, 'content'))).toEqual(['b.md']);
    expect(await readTree(join(tenant.stateDir, 'backups', answer.backup, 'files'))).toEqual({
      'content/sub/c.md': 'c',
    });
  });

  it('refuses when the files moved, and deletes nothing', async () => {
    tenant = await startTenant(files);
    const seen = await checksum();
    await writeFiles(tenant.services, { 'content/b.md': 'theirs' });
    const response = await remove({ paths: ['content/sub/c.md'], if_match: seen });
    expect([response.status, await response.json()]).toMatchObject([
      412,
      { details: { paths: ['content/b.md'] } },
    ]);
    expect(Object.keys(await readTree(tenant.services))).toContain('content/sub/c.md');
  });

  it.each([
    ['a path that climbs', '../outside.md'],
    ['a directory that is not served', 'web/index.html'],
    ['a served directory', 'content'],
    ['an absolute path', '/etc/passwd'],
    ['secrets', 'profiles/secrets.json'],
  ])('refuses %s, and deletes nothing of the rest', async (_name, path) => {
    tenant = await startTenant(files);
    const response = await remove({ paths: ['content/b.md', path] });
    expect([response.status, await response.json()]).toMatchObject([422, { code: 'validation_error' }]);
    expect(await readTree(tenant.services)).toEqual(files);
  });

  it('refuses a directory', async () => {
    tenant = await startTenant(files);
    expect((await remove({ paths: ['content/sub'] })).status).toBe(409);
    expect(await readTree(tenant.services)).toEqual(files);
  });

  it.each([['no JSON'], [{}], [{ paths: [] }], [{ paths: 'content/b.md' }], [{ paths: [1] }]])(
    'refuses the body %j',
    async (body) => {
      tenant = await startTenant(files);
      expect((await remove(body)).status).toBe(400);
    },
  );

  it('with dry_run tells what it would do', async () => {
    tenant = await startTenant(files);
    const answer = await (await remove({ paths: ['content/b.md'], dry_run: true })).json();
    expect(answer).toMatchObject({ files_deleted: 0, deleted: ['content/b.md'] });
    expect(await readTree(tenant.services)).toEqual(files);
  });
});

describe('backups', () => {
  it('are private, never served, and only the newest are kept', async () => {
    tenant = await startTenant(files, { keepBackups: 3 });
    for (let version = 0; version < 6; version += 1) await upload({ 'agents/a.yaml': `v${version}` });
    const kept = await backups();
    const texts = kept.map((id) =>
      readFile(join(tenant.stateDir, 'backups', id, 'files/agents/a.yaml'), 'utf8'),
    );
    expect(await Promise.all(texts)).toEqual(['v2', 'v3', 'v4']);
    expect((await stat(tenant.stateDir)).mode & 0o077).toBe(0);
  });
});

describe('the state directory', () => {
  it('lies inside the services directory when nothing may be written beside it, and is not served', async () => {
    tenant = await startTenant(files);
    const services = join(tenant.root, 'mount', 'services');
    await writeFiles(services, files);
    await mkdir(join(tenant.root, 'mount'), { recursive: true });
    await writeFile(join(tenant.root, 'mount', '.systemprompt-tenant'), 'a file is in the way');
    const inner = await createTenantServer({ servicesDir: services, operatorToken });
    try {
      expect(await readdir(services)).toContain('.systemprompt-tenant');
      const headers = { authorization: `Bearer ${operatorToken}` };
      const response = await fetch(`${inner.url}/api/v1/tenants/tenant/files/manifest`, { headers });
      const { data } = (await response.json()) as { data: { files: { path: string }[] } };
      expect(data.files.map((file) => file.path)).toEqual(Object.keys(files));
    } finally {
      await inner.close();
    }
  });
});
