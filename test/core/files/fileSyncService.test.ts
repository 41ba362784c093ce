import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { ProgressUpdate } from '../../../src/core/ports';
import { filesFixture } from './filesFixture';

const three = { 'agents/x.yaml': 'x', 'content/a.md': 'a', 'content/b.md': 'b' };

describe('push', () => {
  it('sends only what the tenant lacks, and proves by its manifest that both are equal', async () => {
    const f = await filesFixture({ local: three, remote: { 'content/a.md': 'a' } });
    const result = await f.push();
    expect(result).toMatchObject({
      operation: 'files_push',
      success: true,
      items_synced: 2,
      state: { kind: 'completed' },
      details: {
        uploaded: ['agents/x.yaml', 'content/b.md'],
        requests: 1,
        deleted: [],
        unchanged: 1,
        left: [],
      },
    });
    expect(await f.remote()).toEqual(three);
    expect(f.requests()).toEqual(['GET manifest', 'POST files', 'GET manifest']);
    expect(f.tenant.server.stats().filesWritten).toBe(2);
    expect((await f.service().diff()).inSync).toBe(true);
  });

  it('sends one small archive when one file of many changed', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`content/${n}.md`, `text ${n}\n`.repeat(50)]),
    );
    const f = await filesFixture({ local: many });
    await f.push();
    f.requests();
    await f.write({ 'content/7.md': 'changed' });
    const result = await f.push();
    expect(result.details).toMatchObject({ uploaded: ['content/7.md'], requests: 1 });
    expect(result.details?.bytes_sent).toBeLessThan(300);
    expect(f.requests()).toEqual(['GET manifest', 'POST files', 'GET manifest']);
  });

  it('sends nothing, and writes nothing, when both sides are equal', async () => {
    const f = await filesFixture({ local: three, remote: three });
    await f.push();
    const state = join(f.root, '.systemprompt', 'sync');
    const before = await readdir(state, { recursive: true });
    f.requests();
    expect(await f.push()).toMatchObject({
      success: true,
      items_synced: 0,
      details: { requests: 0, unchanged: 3 },
    });
    expect(f.requests()).toEqual(['GET manifest']);
    expect(await readdir(state, { recursive: true })).toEqual(before);
  });

  it('leaves what only the tenant changed, what nobody can tell, and what both changed', async () => {
    const f = await filesFixture({ local: three });
    await f.push();
    await f.writeRemote({ 'content/a.md': 'theirs', 'content/new.md': 'theirs' });
    await f.write({ 'content/b.md': 'mine' });
    await f.writeRemote({ 'content/b.md': 'theirs' });
    const result = await f.push();
    expect(result.items_synced).toBe(0);
    expect(result.details?.left.map(({ item, kind }) => [item, kind])).toEqual([
      ['content/a.md', 'skipped_modified'],
      ['content/b.md', 'conflict'],
      ['content/new.md', 'skipped'],
    ]);
    expect((await f.remote())['content/b.md']).toBe('theirs');
  });

  it('keeps the overwritten version of the tenant in a backup when it was never seen here', async () => {
    const f = await filesFixture({ local: { 'content/a.md': 'mine' }, remote: { 'content/a.md': 'theirs' } });
    const result = await f.push({ conflict: 'local' });
    expect(await f.remote()).toEqual({ 'content/a.md': 'mine' });
    const service = f.service();
    expect((await service.backups()).map(({ id, operation }) => [id, operation])).toEqual([
      [result.backup, 'files_push'],
    ]);
    await service.restore(await service.planRestore(result.backup ?? ''));
    expect(await f.local()).toEqual({ 'content/a.md': 'theirs' });
    expect((await f.push()).details).toMatchObject({ uploaded: ['content/a.md'] });
    expect(await f.remote()).toEqual({ 'content/a.md': 'theirs' });
  });

  it('carries a deletion over only when it is asked for and an earlier sync speaks for it', async () => {
    const f = await filesFixture({ local: three, remote: { 'content/theirs.md': 't' } });
    await f.push();
    await f.remove('content/b.md');
    expect((await f.push()).details).toMatchObject({ deleted: [] });
    expect(Object.keys(await f.remote())).toContain('content/b.md');
    const result = await f.push({ delete: true });
    expect(result.details).toMatchObject({ deleted: ['content/b.md'] });
    expect(await f.remote()).toEqual({ 'agents/x.yaml': 'x', 'content/a.md': 'a', 'content/theirs.md': 't' });
    const service = f.service();
    await service.restore(await service.planRestore(result.backup ?? ''));
    expect(await f.local()).toEqual(three);
  });

  it('refuses what moved on the tenant between plan and apply, and sends the rest', async () => {
    const f = await filesFixture({ local: { 'content/a.md': 'a', 'content/b.md': 'b' } });
    await f.push();
    await f.write({ 'content/a.md': 'mine', 'content/b.md': 'mine' });
    const service = f.service();
    const plan = await service.plan(await service.diff(), { direction: 'push' });
    await f.writeRemote({ 'content/a.md': 'theirs', 'agents/other.yaml': 'o' });
    const result = await service.apply(plan);
    expect(result).toMatchObject({
      success: false,
      items_synced: 1,
      details: { uploaded: ['content/b.md'] },
    });
    expect(result.errors[0]).toMatch(/content\/a\.md: changed on the tenant since the plan/);
    expect(await f.remote()).toEqual({
      'agents/other.yaml': 'o',
      'content/a.md': 'theirs',
      'content/b.md': 'mine',
    });
  });

  it('does not send a file that changed here between plan and apply', async () => {
    const f = await filesFixture({ local: three });
    const service = f.service();
    const plan = await service.plan(await service.diff(), { direction: 'push' });
    await f.write({ 'content/a.md': 'edited meanwhile' });
    await f.remove('content/b.md');
    const result = await service.apply(plan);
    expect(result.details?.uploaded).toEqual(['agents/x.yaml']);
    expect(result.details?.left.map(({ item, kind }) => [item, kind])).toEqual([
      ['content/a.md', 'conflict'],
      ['content/b.md', 'conflict'],
    ]);
    expect(await f.remote()).toEqual({ 'agents/x.yaml': 'x' });
  });

  it('splits into archives under the limit, and names a file that can never fit before anything is sent', async () => {
    const noise = Object.fromEntries(
      Array.from({ length: 12 }, (_, n) => [`content/${n}.txt`, randomBytes(6_000).toString('base64')]),
    );
    const huge = randomBytes(40_000).toString('base64');
    const f = await filesFixture({
      local: { ...noise, 'content/huge.txt': huge },
      tenant: { maxBodyBytes: 20_000 },
    });
    const service = f.service();
    const plan = await service.plan(await service.diff(), { direction: 'push' });
    expect(plan.left).toEqual([
      { item: 'content/huge.txt', kind: 'invalid', reason: expect.stringContaining('20000 bytes') as string },
    ]);
    expect(f.requests()).toEqual(['GET manifest']);
    const result = await service.apply(plan);
    expect(result.details?.uploaded).toHaveLength(12);
    expect(result.details?.requests).toBeGreaterThan(3);
    expect(await f.remote()).toEqual(noise);
  });

  it('asks with smaller archives when the server takes less than it says', async () => {
    const noise = Object.fromEntries(
      Array.from({ length: 8 }, (_, n) => [`content/${n}.txt`, randomBytes(6_000).toString('base64')]),
    );
    // 0.12 names no limit: 2 MiB are taken for granted.
    const f = await filesFixture({
      local: noise,
      tenant: { generation: '0.12', clients: serviceClient, maxBodyBytes: 20_000 },
    });
    const result = await f.push();
    expect(result).toMatchObject({ success: true, items_synced: 8 });
    expect(await f.remote()).toEqual(noise);
  });

  it('tells which files landed when a server of 0.12 fails in the middle', async () => {
    const f = await filesFixture({
      local: { 'agents/a.yaml': 'a', 'content/a.md': 'a' },
      tenant: { generation: '0.12', clients: serviceClient },
    });
    // The server cannot put a file where a directory is: what came before stays.
    await f.writeRemote({ 'content/a.md/inner.md': 'in the way' });
    const result = await f.push();
    expect(result).toMatchObject({
      success: false,
      state: { kind: 'partial', completed: 1, total: 2 },
      details: { uploaded: ['agents/a.yaml'] },
    });
    expect(result.errors).toHaveLength(1);
  });

  it('says that a server of 0.23 takes no pushes', async () => {
    const f = await filesFixture({ local: three, tenant: { generation: '0.23', clients: serviceClient } });
    await expect(f.push()).rejects.toMatchObject({ code: 'unsupported' });
    expect(await f.remote()).toEqual({});
  });

  it.each([
    ['0.12', 'direct'],
    ['0.12', 'relay'],
    ['ours', 'relay'],
  ] as const)('brings a tenant of generation %s in step, %s', async (generation, mode) => {
    const f = await filesFixture({ local: three, mode, tenant: { generation, clients: serviceClient } });
    expect(await f.push()).toMatchObject({ success: true, items_synced: 3 });
    expect(await f.remote()).toEqual(three);
    await f.writeRemote({ 'content/c.md': 'c' });
    expect((await f.pull()).details).toMatchObject({ written: ['content/c.md'] });
  });

  it('sends no secret, nothing ignored and nothing behind a link, and lists each with its reason', async () => {
    const secrets = {
      'config/secrets.json': '{"key":"s3cr3t"}',
      'config/prod.secrets.profile.yaml': 'password: s3cr3t',
      'profiles/.env': 's3cr3t',
      'profiles/.env.local': 's3cr3t',
      'profiles/id_rsa': 's3cr3t',
      'profiles/tls.key': 's3cr3t',
      'agents/.git/config': 's3cr3t',
      'skills/node_modules/p/index.js': 's3cr3t',
      'content/drafts/one.md': 's3cr3t',
      'content/keep.tmp': 's3cr3t',
    };
    const f = await filesFixture({ local: { ...three, ...secrets, 'plugins/p.yaml': 's3cr3t' } });
    await writeFile(join(f.services, '.systempromptignore'), '*.tmp\n');
    await writeFile(join(f.root, '.systempromptignore'), 'services/content/drafts/\n');
    await writeFile(join(f.root, 'outside.md'), 's3cr3t');
    await symlink('../../outside.md', join(f.services, 'content/link.md'));
    await symlink('..', join(f.services, 'content/loop'));
    const received: Buffer[] = [];
    const result = await f.push();
    expect(await f.remote()).toEqual(three);
    for (const path of Object.keys(await f.remote()))
      received.push(await readFile(join(f.tenant.services, path)));
    expect(Buffer.concat(received).includes('s3cr3t')).toBe(false);
    expect(result.details?.excluded.map(({ path }) => path)).toEqual([
      '.systempromptignore',
      'agents/.git/',
      'config/prod.secrets.profile.yaml',
      'config/secrets.json',
      'content/drafts/',
      'content/keep.tmp',
      'content/link.md',
      'content/loop',
      'plugins/',
      'profiles/.env',
      'profiles/.env.local',
      'profiles/id_rsa',
      'profiles/tls.key',
      'skills/node_modules/',
    ]);
    expect(result.details?.excluded.every(({ reason }) => reason !== '')).toBe(true);
    // The bytes of every request that carried a body.
    expect(f.tenant.log.join('\n')).not.toContain('s3cr3t');
  });

  it('stops at a production tenant, and at a mass deletion, before anything is sent', async () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`content/${n}.md`, `${n}`]));
    const f = await filesFixture({ local: many });
    await f.push();
    await f.remove('content');
    const service = f.service();
    const plan = await service.plan(await service.diff(), { direction: 'push', delete: true });
    f.requests();
    await expect(service.apply(plan)).rejects.toMatchObject({
      code: 'guard',
      details: { guard: 'emptySource' },
    });
    await expect(
      service.apply({ ...plan, steps: [], target: { ...plan.target, production: true } }),
    ).resolves.toMatchObject({ items_synced: 0 });
    await expect(
      service.apply({ ...plan, target: { ...plan.target, production: true } }, { allowMassDelete: 20 }),
    ).rejects.toMatchObject({ details: { guard: 'productionTarget' } });
    expect(f.requests()).toEqual([]);
    await expect(
      service.apply({ ...plan, tenant: 'tenant:https://other#t' }, { allowMassDelete: 20 }),
    ).rejects.toMatchObject({
      details: { guard: 'otherTarget' },
    });
  });

  it('changes nothing when it is cancelled before the upload, and leaves nothing behind', async () => {
    const f = await filesFixture({ local: three });
    const abort = new AbortController();
    const service = f.service({
      run: {
        signal: abort.signal,
        progress: ({ message }) => message === 'Uploading' && abort.abort(new Error('stop')),
      },
    });
    await expect(service.push({}, async () => ({}))).rejects.toMatchObject({ code: 'cancelled' });
    expect(await f.remote()).toEqual({});
    expect(await readdir(join(f.root, '.systemprompt/sync/transfer/apply'))).toEqual([]);
    expect(await f.push()).toMatchObject({ success: true, items_synced: 3 });
  });
});

const serviceClient = [{ id: 'sp_web', scopes: ['service'] }];

describe('pull', () => {
  it('writes what the tenant has, with the executable bit, and knows it as agreed', async () => {
    const f = await filesFixture({ remote: three });
    await chmod(join(f.tenant.services, 'agents/x.yaml'), 0o755);
    const result = await f.pull();
    expect(result).toMatchObject({ success: true, items_synced: 3, details: { deleted: [] } });
    expect(await f.local()).toEqual(three);
    expect((await stat(join(f.services, 'agents/x.yaml'))).mode & 0o777).toBe(0o755);
    expect((await stat(join(f.services, 'content/a.md'))).mode & 0o111).toBe(0);
    await f.write({ 'content/a.md': 'mine' });
    const diff = await f.service().diff();
    expect(diff.differences).toMatchObject([{ path: 'content/a.md', origin: 'local' }]);
  });

  it('downloads and writes nothing when nothing changed', async () => {
    const f = await filesFixture({ remote: three });
    await f.pull();
    f.requests();
    const before = await stat(join(f.services, 'content/a.md'));
    expect(await f.pull()).toMatchObject({ items_synced: 0, details: { written: [], unchanged: 3 } });
    expect(f.requests()).toEqual(['GET manifest']);
    expect((await stat(join(f.services, 'content/a.md'))).ctimeMs).toBe(before.ctimeMs);
  });

  it('keeps a file that both changed, and takes the chosen side file by file', async () => {
    const f = await filesFixture({ remote: three });
    await f.pull();
    await f.write({ 'content/a.md': 'mine', 'content/b.md': 'mine' });
    await f.writeRemote({ 'content/a.md': 'theirs', 'content/b.md': 'theirs' });
    expect((await f.pull()).details).toMatchObject({ written: [], conflicts: 2 });
    const chosen = await f.pull({ choices: new Map([['content/a.md', 'remote']]) });
    expect(chosen.details).toMatchObject({ written: ['content/a.md'], conflicts: 1 });
    expect(await f.local()).toMatchObject({ 'content/a.md': 'theirs', 'content/b.md': 'mine' });
    const service = f.service();
    await service.restore(await service.planRestore(chosen.backup ?? ''));
    expect((await f.local())['content/a.md']).toBe('mine');
    await f.writeRemote({ 'content/a.md': 'theirs again' });
    expect((await f.pull({ conflict: 'remote' })).details?.written).toEqual(['content/a.md', 'content/b.md']);
    expect(await f.local()).toEqual(await f.remote());
  });

  it('deletes only what both once had, when it is asked to, and brings it back', async () => {
    const f = await filesFixture({ remote: three, local: { 'content/mine.md': 'm' } });
    await f.pull();
    await f.removeRemote('content/b.md');
    expect((await f.pull()).details?.deleted).toEqual([]);
    const result = await f.pull({ delete: true });
    expect(result.details?.deleted).toEqual(['content/b.md']);
    expect(Object.keys(await f.local())).toEqual(['agents/x.yaml', 'content/a.md', 'content/mine.md']);
    const service = f.service();
    await service.restore(await service.planRestore(result.backup ?? ''));
    expect((await f.local())['content/b.md']).toBe('b');
  });

  it('refuses to delete what the tenant has again, and to overwrite what changed here, since the plan', async () => {
    const f = await filesFixture({ remote: three });
    await f.pull();
    await f.removeRemote('content/b.md');
    await f.writeRemote({ 'content/a.md': 'theirs' });
    const service = f.service();
    const plan = await service.plan(await service.diff(), { direction: 'pull', delete: true });
    await f.writeRemote({ 'content/b.md': 'again' });
    await f.write({ 'content/a.md': 'mine' });
    const result = await service.apply(plan);
    expect(result.details).toMatchObject({ written: [], deleted: [], conflicts: 2 });
    expect(await f.local()).toMatchObject({ 'content/a.md': 'mine', 'content/b.md': 'b' });
  });

  it('refuses a content that is not what the manifest said', async () => {
    const f = await filesFixture({ remote: three });
    const service = f.service();
    const plan = await service.plan(await service.diff(), { direction: 'pull' });
    await f.writeRemote({ 'content/a.md': 'newer' });
    await f.removeRemote('content/b.md');
    const result = await service.apply(plan);
    expect(result.details).toMatchObject({ written: ['agents/x.yaml'], conflicts: 2 });
    expect(await f.local()).toEqual({ 'agents/x.yaml': 'x' });
  });

  it('never writes through a link or over a directory', async () => {
    const f = await filesFixture({
      remote: { 'content/a.md': 'theirs', 'skills/s/SKILL.md': 'theirs', 'agents/d': 'file' },
    });
    await f.write({ 'agents/d/inner.yaml': 'mine' });
    const outside = join(f.root, 'outside');
    await f.write({ '../outside/keep.md': 'keep' });
    await symlink(outside, join(f.services, 'content'));
    await f.write({ 'skills/one.md': 'one' });
    await symlink(outside, join(f.services, 'skills/s'));
    const result = await f.pull();
    expect(result.details?.written).toEqual([]);
    expect(await readdir(outside)).toEqual(['keep.md']);
    expect(await readFile(join(f.services, 'agents/d/inner.yaml'), 'utf8')).toBe('mine');
  });

  it('takes no secret that an old server offers', async () => {
    const f = await filesFixture({
      remote: { 'profiles/p.yaml': 'p', 'profiles/secrets.json': 's3cr3t', 'profiles/.env': 's3cr3t' },
      tenant: { generation: '0.12', clients: serviceClient },
    });
    const result = await f.pull();
    expect(await f.local()).toEqual({ 'profiles/p.yaml': 'p' });
    expect(result.details?.excluded.map(({ path }) => path)).toEqual([
      'profiles/.env',
      'profiles/secrets.json',
    ]);
  });

  it.each([
    ['files of a folder that exists', (n: number) => `content/${n}.md`],
    ['new folders', (n: number) => `content/d${n % 12}/${n}.md`],
  ])(
    'completes by the next run what one cancelled between %s left, and reports what was done',
    async (_, path) => {
      const remote = Object.fromEntries(Array.from({ length: 1_200 }, (__, n) => [path(n), `${n}`]));
      const f = await filesFixture({ remote });
      await mkdir(join(f.services, 'content'));
      const abort = new AbortController();
      const service = f.service({
        run: {
          signal: abort.signal,
          progress: ({ message, done = 0 }) =>
            message === 'Writing files' && done >= 500 && abort.abort(new Error('stop')),
        },
      });
      const result = await service.pull({}, async () => ({}));
      expect(result).toMatchObject({
        success: false,
        items_synced: 500,
        state: { kind: 'partial', completed: 500, total: 1_200 },
      });
      expect(Object.keys(await f.local())).toHaveLength(500);
      expect(await f.pull()).toMatchObject({ success: true, items_synced: 700, details: { unchanged: 500 } });
      expect(await f.local()).toEqual(await f.remote());
    },
  );

  it('removes what a killed run had unpacked, also when nothing is left to pull', async () => {
    const f = await filesFixture({ local: three, remote: three });
    const apply = join(f.root, '.systemprompt', 'sync', 'transfer', 'apply');
    await mkdir(join(apply, 'killed'), { recursive: true });
    expect((await f.pull()).items_synced).toBe(0);
    await expect(readdir(apply)).rejects.toThrow('ENOENT');
  });

  it('refuses a name that differs from another one by letter case only', async () => {
    const f = await filesFixture({ local: { 'content/A.md': 'mine' }, remote: { 'content/a.md': 'theirs' } });
    const result = await f.pull();
    expect(result.details?.left).toMatchObject([
      { item: 'content/A.md', kind: 'skipped' },
      { item: 'content/a.md', kind: 'invalid', reason: expect.stringContaining('content/A.md') as string },
    ]);
    expect(await f.local()).toEqual({ 'content/A.md': 'mine' });
  });

  it('selects by pattern', async () => {
    const f = await filesFixture({ remote: three });
    const { selectPaths } = await import('../../../src/core/files/pathSelection');
    expect((await f.pull(selectPaths(['content/**']))).details?.written).toEqual([
      'content/a.md',
      'content/b.md',
    ]);
    expect((await f.pull(selectPaths(['agents/x.yaml']))).details?.written).toEqual(['agents/x.yaml']);
  });
});

describe('a relay without a manifest', () => {
  it('is asked for its archive once; the pull takes the contents from the cache', async () => {
    const f = await filesFixture({
      remote: three,
      mode: 'relay',
      origin: (tenant) => relayWithoutManifest(tenant.server.url),
    });
    const result = await f.pull();
    expect(result.details?.written).toEqual(Object.keys(three));
    expect(f.requests().filter((line) => line === 'GET files')).toHaveLength(1);
    expect(await f.local()).toEqual(three);
  });
});

describe('one file beside the other', () => {
  it('is downloaded once and then kept by digest', async () => {
    const f = await filesFixture({ local: { 'content/a.md': 'mine' }, remote: three });
    const service = f.service();
    const diff = await service.diff();
    expect((await service.remoteFile(diff, 'content/a.md'))?.toString()).toBe('a');
    f.requests();
    expect((await service.remoteFile(diff, 'content/b.md'))?.toString()).toBe('b');
    expect(await service.remoteFile(diff, 'content/none.md')).toBeUndefined();
    expect(f.requests()).toEqual([]);
    await writeFile(
      join(f.root, '.systemprompt/sync/cache/remote', diff.differences[1]?.remote?.digest ?? ''),
      'tampered',
    );
    expect((await service.remoteFile(diff, 'content/a.md'))?.toString()).toBe('a');
  });
});

describe('the versions of a file for a merge', () => {
  it('hold what both agreed on, after a push and after a pull', async () => {
    // Longer than what is unpacked at once.
    const long = 'b1 '.repeat(70_000);
    const f = await filesFixture({ local: { 'content/a.md': 'a1' }, remote: { 'content/b.md': long } });
    await f.push();
    await f.pull();
    await f.write({ 'content/a.md': 'a2 here', 'content/b.md': 'b2 here' });
    await f.writeRemote({ 'content/a.md': 'a2 there', 'content/b.md': 'b2 there' });
    const service = f.service();
    const diff = await service.diff();
    for (const [name, agreed] of Object.entries({ a: 'a1', b: long })) {
      const { base, local, remote } = await service.versions(diff, `content/${name}.md`);
      expect([base, local, remote].map(String)).toEqual([agreed, `${name}2 here`, `${name}2 there`]);
    }
  });

  it('have no base for a large file, for an image, nor for one that was equal from the start', async () => {
    const large = 'x'.repeat(300 * 1024);
    const f = await filesFixture({
      local: { 'content/large.md': large, 'content/same.md': 'same' },
      remote: { 'content/same.md': 'same', 'content/image.png': 'PNG\0' },
    });
    await f.push();
    await f.pull();
    await f.write({ 'content/large.md': 'here', 'content/same.md': 'here', 'content/image.png': 'here' });
    await f.writeRemote({
      'content/large.md': 'there',
      'content/same.md': 'there',
      'content/image.png': 'there',
    });
    await f.remove('content/same.md');
    const service = f.service();
    const diff = await service.diff();
    for (const name of ['large.md', 'image.png'])
      expect(await service.versions(diff, `content/${name}`)).toMatchObject({ base: undefined });
    const same = await service.versions(diff, 'content/same.md');
    expect([same.base, same.local, same.remote?.toString()]).toEqual([undefined, undefined, 'there']);
  });
});

describe('progress', () => {
  it('counts files and bytes of a push and of a pull up to their totals', async () => {
    const noise = randomBytes(1_400_000).toString('base64');
    const f = await filesFixture({ local: { 'content/a.bin': noise, 'content/b.bin': `${noise}.` } });
    const told: ProgressUpdate[] = [];
    const run = { progress: (update: ProgressUpdate) => void told.push(update) };
    await f.service({ run }).push({}, async () => ({}));
    const uploads = told.filter(({ message }) => message === 'Uploading').map(({ bytes }) => bytes);
    expect(uploads.length).toBeGreaterThan(3);
    expect(uploads[0]).toMatchObject({ done: 0 });
    expect(uploads.at(-1)?.done).toBe(uploads.at(-1)?.total);
    for (const [index, upload] of uploads.entries())
      expect(upload?.done).toBeGreaterThanOrEqual(uploads[index - 1]?.done ?? 0);

    told.length = 0;
    await f.remove('content');
    const choices = new Map([
      ['content/a.bin', 'remote'],
      ['content/b.bin', 'remote'],
    ] as const);
    await f.service({ run }).pull({ choices }, async () => ({}));
    const downloads = told.filter(({ message }) => message === 'Downloading');
    expect(downloads.at(-1)?.bytes?.done).toBeGreaterThan(2_000_000);
    expect(told.find(({ message }) => message === 'Writing files')).toEqual({
      message: 'Writing files',
      done: 2,
      total: 2,
      bytes: { done: 2 * noise.length + 1, total: 2 * noise.length + 1 },
    });
  });
});

describe('backup', () => {
  it('copies every file that takes part, and brings back what is deleted', async () => {
    const f = await filesFixture({ local: { ...three, 'profiles/.env': 's3cr3t' } });
    const service = f.service();
    const id = await service.backup();
    await rm(join(f.services, 'content'), { recursive: true });
    const plan = await service.planRestore(id ?? '');
    expect(plan.steps.map(({ item }) => item).sort()).toEqual([
      'services/content/a.md',
      'services/content/b.md',
    ]);
    await service.restore(plan);
    expect(await f.local()).toMatchObject(three);
  });
});

describe('restore', () => {
  it('says what it has brought back when it is cancelled half-way, and goes on by the next run', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 520 }, (_, index) => [`content/${index}.md`, `old ${index}`]),
    );
    const f = await filesFixture({ local: many });
    const id = (await f.service().backup()) ?? '';
    await f.remove('content');

    const stop = new AbortController();
    const progress = ({ message }: ProgressUpdate) => void (message === 'Restoring files' && stop.abort());
    const service = f.service({ run: { signal: stop.signal, progress } });
    const cancelled = await service.restore(await service.planRestore(id));
    expect(cancelled).toMatchObject({
      success: false,
      items_synced: 500,
      state: { kind: 'partial', completed: 500, total: 520 },
    });
    expect(Object.keys(await f.local())).toHaveLength(500);

    const rest = await f.service().restore(await f.service().planRestore(id));
    expect(rest).toMatchObject({ success: true, items_synced: 20, state: { kind: 'completed' } });
    expect(await f.local()).toEqual(many);
  });
});

describe('without a token', () => {
  it('says so, and asks nothing of the tenant', async () => {
    const f = await filesFixture({ local: three });
    await expect(f.service({ env: {} }).diff()).rejects.toMatchObject({ code: 'unauthorized' });
    expect(f.tenant.log).toEqual([]);
  });

  it.each(['relay', 'direct'] as const)('does not hand a login to a stranger (%s)', async (mode) => {
    const f = await filesFixture({ local: three, mode });
    await writeFile(
      join(f.root, '.systemprompt/credentials.json'),
      JSON.stringify({
        api_token: 'stored-token',
        api_url: 'https://api.example.com',
        user_email: 'a@example.com',
      }),
    );
    const failure = f.service({ env: {} }).diff();
    await expect(failure).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(failure).rejects.not.toThrow(/stored-token/);
    expect(f.tenant.log).toEqual([]);
  });
});

vi.setConfig({ testTimeout: 60_000 });

/** Forwards everything but the manifest, as the control plane does. */
async function relayWithoutManifest(upstream: string): Promise<string> {
  const { createServer } = await import('node:http');
  const { onTestFinished } = await import('vitest');
  const server = createServer((request, response) => {
    if (request.url?.includes('/files/manifest')) {
      response
        .writeHead(404, { 'content-type': 'application/json' })
        .end('{"code":"not_found","message":"no","timestamp":"now"}');
      return;
    }
    const { host: _host, connection: _connection, ...headers } = request.headers;
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = await fetch(upstream + (request.url ?? ''), {
        method: request.method ?? 'GET',
        headers: Object.entries(headers).flatMap(([name, value]) =>
          value === undefined || name === 'content-length' || name === 'transfer-encoding'
            ? []
            : [[name, String(value)] as [string, string]],
        ),
        ...(request.method === 'POST' && { body: new Uint8Array(Buffer.concat(chunks)) }),
      });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}
