import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { operatorToken, startTenant } from '../support/tenantFixture';
import type { TenantFixture } from '../support/tenantFixture';

let tenant: TenantFixture;
beforeAll(async () => {
  tenant = await startTenant(
    { 'agents/a.yaml': 'a' },
    {
      publicUrl: 'https://tenant.example.com/',
      clients: [
        { id: 'sp_web' },
        { id: 'robot', secret: 'robot-secret' },
        { id: 'viewer', scopes: ['user'] },
      ],
    },
  );
});
afterAll(() => tenant.stop());

const anyText: unknown = expect.any(String);
const threeParts: unknown = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/u);
const prefix = 'urn:ietf:params:oauth:token-type:';

describe('the token exchange', () => {
  it('answers as RFC 8693 says', async () => {
    const response = await tenant.exchange();
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      access_token: threeParts,
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'service',
      issued_token_type: `${prefix}access_token`,
    });
  });

  it('gives a service token with a session, the operator and the acting client', async () => {
    const [, payload] = (await tenant.serviceToken()).split('.');
    expect(JSON.parse(Buffer.from(payload!, 'base64url').toString())).toMatchObject({
      sub: 'operator',
      aud: ['tenant-1'],
      user_type: 'service',
      scope: 'service',
      client_id: 'sp_web',
      token_type: 'Bearer',
      session_id: anyText,
      jti: anyText,
      act: { sub: 'operator' },
    });
  });

  it.each(['access_token', 'id_token', 'jwt'])('takes a subject token of type %s', async (type) => {
    expect((await tenant.exchange({ subject_token_type: `${prefix}${type}` })).status).toBe(200);
  });

  type Refusal = readonly [string, Record<string, string | undefined>, number, string, RegExp];
  const refusals: readonly Refusal[] = [
    ['no grant type', { grant_type: undefined }, 400, 'invalid_request', /^grant_type: is required$/u],
    ['an unknown grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type', /grant type/u],
    [
      'no subject token',
      { subject_token: undefined },
      400,
      'invalid_request',
      /^subject_token: is required$/u,
    ],
    [
      'no subject token type',
      { subject_token_type: undefined },
      400,
      'invalid_request',
      /^subject_token_type: is/u,
    ],
    ['no client id', { client_id: undefined }, 400, 'invalid_request', /^client_id: is required$/u],
    ['an empty client id', { client_id: '' }, 400, 'invalid_request', /^client_id: is required$/u],
    ['an unknown client', { client_id: 'nobody' }, 401, 'invalid_client', /authentication failed/u],
    ['a client without its secret', { client_id: 'robot' }, 401, 'invalid_client', /authentication failed/u],
    [
      'a wrong secret',
      { client_id: 'robot', client_secret: 'x' },
      401,
      'invalid_client',
      /authentication failed/u,
    ],
    [
      'a subject token type it does not know',
      { subject_token_type: `${prefix}saml2` },
      400,
      'invalid_request',
      /type/u,
    ],
    [
      'a wrong operator token',
      { subject_token: `${operatorToken}x` },
      400,
      'invalid_grant',
      /subject token/u,
    ],
    ['a foreign resource', { resource: 'https://other.example.com' }, 400, 'invalid_target', /^resource/u],
    ['a foreign audience', { audience: 'tenant-2' }, 400, 'invalid_target', /^audience/u],
    ['a scope that nobody has', { scope: 'root' }, 400, 'invalid_request', /scope/u],
    [
      'a scope that the client has not',
      { client_id: 'viewer', scope: 'service' },
      400,
      'invalid_request',
      /scope/u,
    ],
  ];
  it.each(refusals)('refuses %s', async (_name, form, status, error, description) => {
    const response = await tenant.exchange(form);
    const answer = (await response.json()) as { error: string; error_description: string };
    expect([response.status, answer.error]).toEqual([status, error]);
    expect(answer.error_description).toMatch(description);
    expect(Object.keys(answer)).toEqual(['error', 'error_description']);
    expect(response.headers.has('www-authenticate')).toBe(status === 401);
  });

  it('checks subject token, its type, client id and client in this order', async () => {
    const wrong = { subject_token: undefined, subject_token_type: undefined, client_id: undefined };
    const order = [
      wrong,
      { ...wrong, subject_token: 'x' },
      { ...wrong, subject_token: 'x', subject_token_type: 'x' },
    ];
    const answers = await Promise.all(order.map(async (form) => (await tenant.exchange(form)).json()));
    expect(answers.map((answer) => (answer as { error_description: string }).error_description)).toEqual([
      'subject_token: is required',
      'subject_token_type: is required',
      'client_id: is required',
    ]);
  });

  it('takes its own address, its public one and the tenant as target', async () => {
    for (const resource of [
      tenant.server.url,
      `${tenant.server.url}/`,
      'https://tenant.example.com',
      'tenant-1',
    ]) {
      expect([resource, (await tenant.exchange({ resource })).status]).toEqual([resource, 200]);
    }
  });

  it('gives a confidential client its token', async () => {
    expect((await tenant.exchange({ client_id: 'robot', client_secret: 'robot-secret' })).status).toBe(200);
  });

  it('does not keep a token alive by exchanging it again', async () => {
    const answer = (await (await tenant.exchange({ subject_token: await tenant.serviceToken() })).json()) as {
      expires_in: number;
    };
    expect(answer.expires_in).toBeLessThanOrEqual(300);
  });

  it('refuses a field that comes twice', async () => {
    const body = 'grant_type=client_credentials&client_id=robot&client_id=sp_web&client_secret=robot-secret';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await tenant.request('/api/v1/core/oauth/token', { method: 'POST', headers, body });
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }]);
  });

  it('refuses a body that is no form', async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await tenant.request('/api/v1/core/oauth/token', {
      method: 'POST',
      headers,
      body: '{}',
    });
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }]);
  });
});

describe('client credentials', () => {
  const grant = { grant_type: 'client_credentials', subject_token: undefined, subject_token_type: undefined };

  it('give a service token for the right secret', async () => {
    const response = await tenant.exchange({ ...grant, client_id: 'robot', client_secret: 'robot-secret' });
    const answer = (await response.json()) as Record<string, string>;
    expect(answer).not.toHaveProperty('issued_token_type');
    const headers = { authorization: `Bearer ${answer['access_token']}` };
    expect((await tenant.request('/api/v1/sync/files/manifest', { headers })).status).toBe(200);
  });

  it.each([
    ['a public client', { client_id: 'sp_web' }],
    ['a wrong secret', { client_id: 'robot', client_secret: 'wrong' }],
    ['no secret', { client_id: 'robot' }],
  ])('are refused for %s', async (_name, client) => {
    const response = await tenant.exchange({ ...grant, ...client });
    expect([response.status, await response.json()]).toMatchObject([401, { error: 'invalid_client' }]);
  });
});

describe('the rate limit of the token route', () => {
  it('lets a burst pass, then answers 429 with Retry-After until time has gone by', async () => {
    let now = Date.now();
    const limited = await startTenant({}, { rateLimit: { perSecond: 10, burst: 30 }, now: () => now });
    try {
      const burst = [];
      for (let index = 0; index < 31; index += 1) burst.push((await limited.exchange()).status);
      expect(burst).toEqual([...Array.from({ length: 30 }, () => 200), 429]);
      const refused = await limited.exchange();
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
      now += 1000;
      expect((await limited.exchange()).status).toBe(200);
    } finally {
      await limited.stop();
    }
  });
});

describe('a trusted issuer', () => {
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;
  let jwks: Server;
  let trusting: TenantFixture | undefined;
  const issuer = 'https://control.example.com';

  beforeAll(async () => {
    keys = await generateKeyPair('RS256');
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
    jwks = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => trusting?.stop());
  afterAll(() => new Promise((resolve) => jwks.close(resolve)));

  const start = async (): Promise<TenantFixture> => {
    const url = `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks.json`;
    trusting = await startTenant({}, { trustedIssuers: [{ issuer, jwks_uri: url, audience: 'tenant-1' }] });
    return trusting;
  };
  const sign = (claims: Record<string, unknown>, header: object = {}): Promise<string> =>
    new SignJWT({ iss: issuer, sub: 'ops', aud: 'tenant-1', scope: 'service', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header })
      .setExpirationTime((claims['exp'] as number | undefined) ?? '5m')
      .sign(keys.privateKey);

  it('stands for the operator: its tokens are exchanged and open the control plane', async () => {
    const fixture = await start();
    const token = await sign({});
    expect((await fixture.exchange({ subject_token: token })).status).toBe(200);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fixture.request('/api/v1/tenants/tenant-1/status', { headers })).status).toBe(200);
  });

  it.each<[string, Record<string, unknown>, object]>([
    ['for another tenant', { aud: 'tenant-2' }, {}],
    ['that expired', { exp: 1000 }, {}],
    ['of another issuer', { iss: 'https://evil.example.com' }, {}],
    ['with an unknown key', {}, { kid: 'k2' }],
    ['without a key id', {}, { kid: undefined }],
    ['without the service scope', { scope: 'user' }, {}],
    ['without a subject', { sub: '' }, {}],
  ])('does not vouch for a token %s', async (_name, claims, header) => {
    const fixture = await start();
    const response = await fixture.exchange({ subject_token: await sign(claims, header) });
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }]);
  });
});
