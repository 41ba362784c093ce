import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createTenantServer } from '../../src/tenant/createTenantServer';
import { operatorToken, startTenant } from '../support/tenantFixture';
import type { TenantFixture } from '../support/tenantFixture';

let folder: string;
let file: string;
let tenant: TenantFixture | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  file = join(folder, 'private', 'secrets.json');
});
afterEach(async () => {
  await tenant?.stop();
  tenant = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function ask(
  method: string,
  path = '',
  body?: string,
  prefix = '/api/v1/cloud/tenants',
): Promise<[number, unknown]> {
  const response = await tenant!.request(`${prefix}/tenant-1/secrets${path}`, {
    method,
    headers: { authorization: `Bearer ${operatorToken}` },
    ...(body === undefined ? {} : { body }),
  });
  return [response.status, await response.json()];
}

const stored = async (): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'));

describe('the secrets of a tenant', () => {
  it.each(['/api/v1/cloud/tenants', '/api/v1/tenants'])(
    'are set, listed by name and removed, and never given out (%s)',
    async (prefix) => {
      tenant = await startTenant({}, { secretsFile: file });
      expect(await ask('GET', '', undefined, prefix)).toEqual([200, { keys: [] }]);
      const first = JSON.stringify({ secrets: { OPENAI_API_KEY: 'value-one', B: 'two\nlines' } });
      expect(await ask('PUT', '', first, prefix)).toEqual([200, { keys: ['B', 'OPENAI_API_KEY'] }]);
      expect(await ask('PUT', '', '{"secrets":{"B":"new"}}', prefix)).toEqual([200, { keys: ['B'] }]);
      expect(await stored()).toEqual({ B: 'new', OPENAI_API_KEY: 'value-one' });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await ask('GET', '', undefined, prefix)).toEqual([200, { keys: ['B', 'OPENAI_API_KEY'] }]);
      expect(await ask('DELETE', '/B', undefined, prefix)).toEqual([200, { keys: ['B'] }]);
      expect((await ask('DELETE', '/B', undefined, prefix))[0]).toBe(404);
      expect(await stored()).toEqual({ OPENAI_API_KEY: 'value-one' });
      expect(tenant.log.join('\n')).not.toMatch(/value-one|two|OPENAI/u);
    },
  );

  it('are all kept when many are set at once', async () => {
    tenant = await startTenant({}, { secretsFile: file });
    const names = Array.from({ length: 30 }, (_, index) => `NAME_${index}`);
    await Promise.all(names.map((name) => ask('PUT', '', JSON.stringify({ secrets: { [name]: name } }))));
    expect(await stored()).toEqual(Object.fromEntries(names.map((name) => [name, name])));
  });

  it.each([
    ['a name that no environment has', '{"secrets":{"A-B":"hidden-value"}}'],
    ['a value that no environment holds', '{"secrets":{"A":"hidden-value\\u0000"}}'],
    ['a value that is no text', '{"secrets":{"A":["hidden-value"]}}'],
    ['no JSON', 'hidden-value'],
  ])('are refused whole with %s, without a word of it', async (_name, body) => {
    tenant = await startTenant({}, { secretsFile: file });
    const [status, answer] = await ask('PUT', '', body);
    expect(status).toBe(400);
    expect(JSON.stringify([answer, tenant.log])).not.toContain('hidden-value');
    expect(await ask('GET')).toEqual([200, { keys: [] }]);
  });

  it('are refused beyond 256 KB', async () => {
    tenant = await startTenant({}, { secretsFile: file });
    const body = JSON.stringify({ secrets: { A: 'x'.repeat(300_000) } });
    expect((await ask('PUT', '', body))[0]).toBe(413);
  });

  it('want the operator', async () => {
    tenant = await startTenant({}, { secretsFile: file });
    for (const method of ['PUT', 'GET']) {
      const response = await tenant.request('/api/v1/tenants/tenant-1/secrets', { method });
      expect(response.status).toBe(401);
    }
  });

  it('have no place where none is configured, and none among the served files', async () => {
    tenant = await startTenant({});
    const refusal = [501, { error: { code: 'not_implemented' } }];
    expect(await ask('PUT', '', '{"secrets":{}}')).toMatchObject(refusal);
    expect(await ask('GET')).toMatchObject(refusal);
    const { services } = tenant;
    const inside = { servicesDir: services, operatorToken, secretsFile: join(services, 'config/a.json') };
    await expect(createTenantServer(inside)).rejects.toMatchObject({ code: 'invalidInput' });
  });

  it('leave a file alone that is something else', async () => {
    file = join(folder, 'other.json');
    await writeFile(file, '{"list":["mine"]}');
    tenant = await startTenant({}, { secretsFile: file });
    expect((await ask('PUT', '', '{"secrets":{"A":"b"}}'))[0]).toBe(500);
    expect(await readFile(file, 'utf8')).toBe('{"list":["mine"]}');
  });
});
