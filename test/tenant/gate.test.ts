import { createHmac, generateKeyPairSync } from 'node:crypto';

import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createServiceTokens } from '../../src/tenant/auth/serviceTokens';
import type { ServiceTokens } from '../../src/tenant/auth/serviceTokens';
import { operatorToken, startTenant } from '../support/tenantFixture';
import type { TenantFixture } from '../support/tenantFixture';

const issuer = 'urn:systemprompt-sync:tenant:tenant-1';
const anyText: unknown = expect.any(String);
const seconds = Math.floor(Date.now() / 1000);
const sound = {
  iss: issuer,
  sub: 'operator',
  aud: ['tenant-1'],
  exp: seconds + 300,
  scope: 'service',
  user_type: 'service',
  client_id: 'sp_web',
  session_id: 'session-1',
};

let tenant: TenantFixture;
let tokens: ServiceTokens;
beforeAll(async () => {
  tokens = await createServiceTokens();
  tenant = await startTenant({ 'agents/a.yaml': 'a' }, { serviceTokens: tokens });
});
afterAll(() => tenant.stop());

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function headerOf(token: string): { kid: string } {
  return JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string };
}

async function foreignToken(algorithm: string, kid: string): Promise<string> {
  const { privateKey } = await generateKeyPair(algorithm, algorithm === 'EdDSA' ? { crv: 'Ed25519' } : {});
  return new SignJWT(sound).setProtectedHeader({ alg: algorithm, kid }).sign(privateKey);
}

type Case = readonly [string, () => Promise<string | undefined> | string | undefined, number, string];

const cases: readonly Case[] = [
  ['no token', () => undefined, 401, 'unauthorized'],
  ['the operator token itself', () => operatorToken, 401, 'unauthorized'],
  ['an empty token', () => '', 401, 'unauthorized'],
  ['random text', () => 'a.b.c', 401, 'unauthorized'],
  ['an expired token', () => tokens.sign({ ...sound, exp: seconds - 1 }), 401, 'unauthorized'],
  ['a token that is not valid yet', () => tokens.sign({ ...sound, nbf: seconds + 600 }), 401, 'unauthorized'],
  ['a token without expiry', () => tokens.sign({ ...sound, exp: undefined }), 401, 'unauthorized'],
  ['a token of another issuer', () => tokens.sign({ ...sound, iss: 'urn:other' }), 401, 'unauthorized'],
  ['a token for another tenant', () => tokens.sign({ ...sound, aud: ['tenant-2'] }), 401, 'unauthorized'],
  [
    'a token of a client that is gone',
    () => tokens.sign({ ...sound, client_id: 'gone' }),
    401,
    'unauthorized',
  ],
  ['a type that contradicts the scope', () => tokens.sign({ ...sound, scope: 'admin' }), 401, 'unauthorized'],
  ['alg none', () => `${base64({ alg: 'none' })}.${base64(sound)}.`, 401, 'unauthorized'],
  [
    'alg none with a known key id',
    async () => `${base64({ alg: 'none', kid: headerOf(await tokens.sign(sound)).kid })}.${base64(sound)}.`,
    401,
    'unauthorized',
  ],
  ['another key', () => foreignToken('EdDSA', 'other'), 401, 'unauthorized'],
  [
    'another key under the known key id',
    async () => foreignToken('EdDSA', headerOf(await tokens.sign(sound)).kid),
    401,
    'unauthorized',
  ],
  [
    'another algorithm under the known key id',
    async () => foreignToken('RS256', headerOf(await tokens.sign(sound)).kid),
    401,
    'unauthorized',
  ],
  [
    'HMAC with a public key as secret',
    async () => {
      const { publicKey } = generateKeyPairSync('ed25519');
      const { kid } = headerOf(await tokens.sign(sound));
      const text = `${base64({ alg: 'HS256', kid })}.${base64(sound)}`;
      const secret = publicKey.export({ type: 'spki', format: 'pem' });
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    },
    401,
    'unauthorized',
  ],
  [
    'a key brought along in the header',
    async () => {
      const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
      const { kid } = headerOf(await tokens.sign(sound));
      const header = { alg: 'EdDSA', kid, jwk: await exportJWK(publicKey) };
      return new SignJWT(sound).setProtectedHeader(header).sign(privateKey);
    },
    401,
    'unauthorized',
  ],
  [
    'changed claims under an old signature',
    async () => {
      const [header, , signature] = (await tokens.sign({ ...sound, scope: 'user', user_type: 'user' })).split(
        '.',
      );
      return `${header}.${base64(sound)}.${signature}`;
    },
    401,
    'unauthorized',
  ],
  ['no session', () => tokens.sign({ ...sound, session_id: undefined }), 400, 'bad_request'],
  ['no subject', () => tokens.sign({ ...sound, sub: undefined }), 400, 'bad_request'],
  ['an admin', () => tokens.sign({ ...sound, scope: 'admin', user_type: 'admin' }), 403, 'forbidden'],
  ['a user', () => tokens.sign({ ...sound, scope: 'user service', user_type: 'user' }), 403, 'forbidden'],
  ['an MCP client', () => tokens.sign({ ...sound, scope: 'mcp', user_type: 'mcp' }), 403, 'forbidden'],
  ['nobody in particular', () => tokens.sign({ ...sound, scope: 'x', user_type: 'anon' }), 403, 'forbidden'],
];

const routes: readonly (readonly [string, string])[] = [
  ['GET', '/api/v1/sync/files/manifest'],
  ['GET', '/api/v1/sync/files'],
  ['POST', '/api/v1/sync/files'],
  ['POST', '/api/v1/sync/files/delete'],
];

describe('the gate of the sync routes', () => {
  it.each(cases)('answers %s with %#', async (_name, token, status, code) => {
    const value = await token();
    const headers: Record<string, string> = value === undefined ? {} : { authorization: `Bearer ${value}` };
    for (const [method, path] of routes) {
      const response = await tenant.request(path, { method, headers });
      const body = (await response.json()) as Record<string, unknown>;
      expect([method, path, response.status, body['code']]).toEqual([method, path, status, code]);
      expect(body).toMatchObject({ message: anyText, timestamp: anyText });
      expect(response.headers.get('x-trace-id')).toBe(body['trace_id']);
      expect(response.headers.get('www-authenticate')).toBe(
        status === 401 ? 'Bearer resource_metadata="/.well-known/oauth-protected-resource"' : null,
      );
    }
  });

  it('lets a service token in', async () => {
    const headers = { authorization: `Bearer ${await tokens.sign(sound)}` };
    expect((await tenant.request('/api/v1/sync/files/manifest', { headers })).status).toBe(200);
  });

  it('names the type of caller that it refuses', async () => {
    const token = await tokens.sign({ ...sound, scope: 'admin', user_type: 'admin' });
    const response = await tenant.request('/api/v1/sync/files', {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(((await response.json()) as { message: string }).message).toContain('type admin');
  });

  it('takes no token from a cookie or the query', async () => {
    const token = await tokens.sign(sound);
    const cookie = await tenant.request('/api/v1/sync/files', {
      headers: { cookie: `access_token=${token}` },
    });
    const query = await tenant.request(`/api/v1/sync/files?access_token=${token}`);
    expect([cookie.status, query.status]).toEqual([401, 401]);
  });

  it('refuses tokens that were revoked', async () => {
    const token = await tenant.serviceToken();
    const headers = { authorization: `Bearer ${token}` };
    expect((await tenant.request('/api/v1/sync/files/manifest', { headers })).status).toBe(200);
    tenant.server.revokeTokens();
    expect((await tenant.request('/api/v1/sync/files/manifest', { headers })).status).toBe(401);
  });
});

describe('the gate of the control plane', () => {
  const controlRoutes = ['/api/v1/cloud/tenants', '/api/v1/tenants'].flatMap((prefix) =>
    ['', '/database', '/registry-token', '/status', '/files', '/files/manifest'].map(
      (path) => `${prefix}/tenant-1${path}`,
    ),
  );

  it.each([...controlRoutes, '/api/v1/auth/me', '/api/v1/tenants'])(
    'closes %s to strangers',
    async (path) => {
      for (const headers of [
        {},
        { authorization: 'Bearer wrong' },
        { authorization: `Basic ${operatorToken}` },
      ]) {
        const response = await tenant.request(path, { headers: headers as Record<string, string> });
        expect(response.status).toBe(401);
        expect(await response.json()).toMatchObject({
          error: { code: 'unauthorized', message: anyText },
        });
      }
    },
  );

  it.each(['deploy', 'files', 'files/delete'])('closes POST %s to strangers', async (path) => {
    const response = await tenant.request(`/api/v1/cloud/tenants/tenant-1/${path}`, {
      method: 'POST',
      body: '{}',
    });
    expect(response.status).toBe(401);
  });

  it('takes a service token as well as the operator token', async () => {
    for (const token of [operatorToken, await tenant.serviceToken()]) {
      const headers = { authorization: `Bearer ${token}` };
      expect((await tenant.request('/api/v1/tenants/tenant-1/status', { headers })).status).toBe(200);
    }
  });

  it('knows no other tenant', async () => {
    const headers = { authorization: `Bearer ${operatorToken}` };
    const response = await tenant.request('/api/v1/cloud/tenants/tenant-2/database', { headers });
    expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 'not_found' } }]);
  });
});

describe('a banned address', () => {
  it('is refused everywhere, with the reason in a header', async () => {
    const banned = await startTenant({}, { bannedIps: ['127.0.0.1'] });
    try {
      for (const path of ['/api/v1/sync/files', '/api/v1/core/oauth/token', '/health']) {
        const response = await banned.request(path, { method: path.includes('oauth') ? 'POST' : 'GET' });
        expect([response.status, response.headers.get('x-blocked-reason')]).toEqual([403, 'ip-banned']);
      }
    } finally {
      await banned.stop();
    }
  });
});

describe('an unknown route', () => {
  it.each([
    '/',
    '/api/v1',
    '/api/v1/sync',
    '/api/v1/cloud/tenants',
    '/etc/passwd',
    '/api/v1/sync/files/../../x',
  ])('such as %s gives nothing away', async (path) => {
    const response = await tenant.request(path);
    expect([response.status, await response.json()]).toMatchObject([404, { code: 'not_found' }]);
  });
});
