import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mergeAccountTenants, readTenantChoices, tenantsPath } from '../../../src/core/signIn/tenantChoices';

const now = Date.parse('2026-08-01T12:00:00Z');
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sync-tenants-'));
  await mkdir(join(root, '.systemprompt'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const local = {
  id: 'local_1',
  name: 'Here',
  tenant_type: 'local',
  database_url: 'postgres://a:b@localhost/x',
  shared_container_db: 'x',
};
const cloud = {
  id: 'c1',
  name: 'Old name',
  tenant_type: 'cloud',
  internal_database_url: 'postgres://u:real@db/x',
  note: 'kept',
};

const store = (value: unknown) => writeFile(tenantsPath(root), JSON.stringify(value));
const stored = async () =>
  JSON.parse(await readFile(tenantsPath(root), 'utf8')) as { tenants: Record<string, unknown>[] };

describe('tenant choices', () => {
  it('are those of tenants.json, without their databases', async () => {
    await store({ tenants: [local, { ...cloud, hostname: 'c1.example.com' }] });
    expect(await readTenantChoices(root)).toEqual([
      { id: 'local_1', name: 'Here', hostname: undefined, type: 'local' },
      { id: 'c1', name: 'Old name', hostname: 'c1.example.com', type: 'cloud' },
    ]);
  });

  it('are none without a file, and an error when the file cannot be understood', async () => {
    expect(await readTenantChoices(root)).toEqual([]);
    await store({ tenants: [{ id: '' }] });
    await expect(readTenantChoices(root)).rejects.toMatchObject({ code: 'invalidInput' });
    await writeFile(tenantsPath(root), '{');
    await expect(readTenantChoices(root)).rejects.toMatchObject({ code: 'invalidInput' });
  });

  it('take in the account’s tenants without dropping local ones or the keys of others', async () => {
    await store({ tenants: [local, cloud], other: 1 });
    const choices = await mergeAccountTenants(
      root,
      [
        { id: 'c1', name: 'New name', hostname: 'c1.example.com', region: null },
        { id: 'c2', name: 'Two', database_url: 'postgres://u:p@db/y' },
      ],
      now,
    );
    expect(choices.map(({ id, name }) => [id, name])).toEqual([
      ['local_1', 'Here'],
      ['c1', 'New name'],
      ['c2', 'Two'],
    ]);
    expect(await stored()).toEqual({
      other: 1,
      synced_at: '2026-08-01T12:00:00.000Z',
      tenants: [
        local,
        { ...cloud, name: 'New name', hostname: 'c1.example.com' },
        { id: 'c2', name: 'Two', tenant_type: 'cloud', internal_database_url: 'postgres://u:p@db/y' },
      ],
    });
  });

  it.each(['postgres://u:***@db/x', 'postgres://u:********@db/x'])(
    'never replace a real database address by %s',
    async (masked) => {
      await store({ tenants: [cloud] });
      await mergeAccountTenants(root, [{ id: 'c1', name: 'n', database_url: masked }], now);
      expect((await stored()).tenants[0]).toMatchObject({
        internal_database_url: cloud.internal_database_url,
      });
    },
  );

  it('replace a masked address by a real one', async () => {
    await store({ tenants: [{ ...cloud, internal_database_url: 'postgres://u:***@db/x' }] });
    await mergeAccountTenants(root, [{ id: 'c1', name: 'n', database_url: 'postgres://u:new@db/x' }], now);
    expect((await stored()).tenants[0]).toMatchObject({ internal_database_url: 'postgres://u:new@db/x' });
  });

  it('are left as they are when the file cannot be understood', async () => {
    await writeFile(tenantsPath(root), 'broken');
    await expect(mergeAccountTenants(root, [], now)).rejects.toMatchObject({ code: 'invalidInput' });
    expect(await readFile(tenantsPath(root), 'utf8')).toBe('broken');
  });
});
