import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeForm } from '../../src/core/api/tokenExchange';
import type { Generation } from '../../src/tenant/behaviour';
import {
  operatorToken,
  serviceClient,
  startEndpoint,
  tenantId,
  type ContractEndpoint,
} from './contractEndpoint';

/**
 * Facts of cloud.md as bytes on the wire, asked with a plain HTTP client: they hold for the endpoint in every mode, so
 * that the client is tried against what exists and not against its own idea of it.
 */
const generations: Generation[] = ['ours', '0.12', '0.23', '0.33'];
const endpoints = new Map<Generation, ContractEndpoint>();

beforeAll(async () => {
  for (const generation of generations) endpoints.set(generation, await startEndpoint({ generation }));
});
afterAll(async () => {
  for (const endpoint of endpoints.values()) await endpoint[Symbol.asyncDispose]();
});

type Ask = {
  readonly method?: string;
  readonly path: string;
  readonly token?: 'service' | 'operator' | 'admin';
  readonly headers?: Record<string, string>;
  readonly body?: string;
};

async function tokenOf(url: string, form: URLSearchParams): Promise<Response> {
  return fetch(`${url}/api/v1/core/oauth/token`, { method: 'POST', body: form });
}

function formOf(client: { clientId: string; clientSecret?: string }): URLSearchParams {
  return exchangeForm({ operatorToken, client });
}

async function ask(
  generation: Generation,
  request: Ask,
): Promise<{ status: number; headers: Headers; text: string }> {
  const { url } = endpoints.get(generation)!.server;
  const headers: Record<string, string> = { ...request.headers };
  if (request.token === 'operator') headers['authorization'] = `Bearer ${operatorToken}`;
  if (request.token === 'service' || request.token === 'admin') {
    const client = request.token === 'service' ? serviceClient : { clientId: 'sp_web' };
    const answer = (await (await tokenOf(url, formOf(client))).json()) as { access_token: string };
    headers['authorization'] = `Bearer ${answer.access_token}`;
  }
  const response = await fetch(url + request.path, {
    method: request.method ?? 'GET',
    headers,
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const sync = '/api/v1/sync/files';
const flat = `/api/v1/cloud/tenants/${encodeURIComponent(tenantId)}`;
const wrapped = `/api/v1/tenants/${encodeURIComponent(tenantId)}`;
const all = generations;
const upstream: Generation[] = ['0.12', '0.23', '0.33'];
const older: Generation[] = ['0.23', '0.33'];

interface Fact {
  readonly fact: string;
  readonly on: readonly Generation[];
  readonly request: Ask;
  readonly status: number;
  readonly keys?: readonly string[];
  readonly header?: readonly [string, RegExp];
  readonly text?: RegExp;
}

const facts: Fact[] = [
  {
    fact: '2.2 no token',
    on: all,
    request: { path: `${sync}/manifest` },
    status: 401,
    keys: ['code', 'message', 'timestamp'],
    header: ['www-authenticate', /^Bearer resource_metadata="\/\.well-known\/oauth-protected-resource"$/],
  },
  {
    fact: '2.2 a token that is none',
    on: all,
    request: { path: sync, headers: { authorization: 'Bearer nonsense' } },
    status: 401,
    keys: ['code', 'message'],
  },
  {
    fact: '2.2 wrong type names the caller type',
    on: upstream,
    request: { path: sync, token: 'admin' },
    status: 403,
    keys: ['code', 'message'],
    text: /"forbidden".*admin/s,
  },
  { fact: '2.2 the operator token itself', on: all, request: { path: sync, token: 'operator' }, status: 401 },
  {
    fact: '2.2 a query that does not parse',
    on: ['ours'],
    request: { path: `${sync}?dry_run=maybe`, token: 'service' },
    status: 400,
    header: ['content-type', /json/],
  },
  {
    fact: '2.2 a query that does not parse',
    on: upstream,
    request: { path: `${sync}?dry_run=maybe`, token: 'service' },
    status: 400,
    header: ['content-type', /text\/plain/],
  },
  {
    fact: '2.1 manifest',
    on: all,
    request: { path: `${sync}/manifest`, token: 'service' },
    status: 200,
    keys: ['files', 'timestamp', 'checksum', 'total_size'],
    header: ['content-type', /json/],
  },
  {
    fact: '2.1 manifest, our additions',
    on: ['ours'],
    request: { path: `${sync}/manifest`, token: 'service' },
    status: 200,
    keys: ['directories', 'max_body_bytes'],
    header: ['etag', /^"[0-9a-f]{64}"$/],
  },
  {
    fact: '2.1 unknown filter names select nothing',
    on: all,
    request: { path: `${sync}/manifest?filter=nothing`, token: 'service' },
    status: 200,
    text: /"files":\[\]/,
  },
  {
    fact: '2.1 archive',
    on: all,
    request: { path: sync, token: 'service' },
    status: 200,
    header: ['content-type', /^application\/gzip/],
  },
  {
    fact: '2.1 archive name',
    on: all,
    request: { path: sync, token: 'service' },
    status: 200,
    header: ['content-disposition', /^attachment; filename="files\.tar\.gz"$/],
  },
  {
    fact: '2.1 archive length',
    on: all,
    request: { path: sync, token: 'service' },
    status: 200,
    header: ['content-length', /^\d+$/],
  },
  {
    fact: '2.1 dry run of a download',
    on: all,
    request: { path: `${sync}?dry_run=true`, token: 'service' },
    status: 200,
    keys: ['files', 'checksum'],
  },
  {
    fact: '2.1 an upload that is no archive',
    on: ['ours'],
    request: { method: 'POST', path: sync, token: 'service', body: 'nonsense' },
    status: 400,
    keys: ['code', 'message'],
  },
  {
    fact: '2.2 an upload that is no archive',
    on: ['0.12'],
    request: { method: 'POST', path: sync, token: 'service', body: 'nonsense' },
    status: 500,
    text: /internal_error/,
  },
  {
    fact: 'versions.md: no upload',
    on: older,
    request: { method: 'POST', path: sync, token: 'service', body: 'x' },
    status: 405,
  },
  {
    fact: '1.3 registry token, flat',
    on: ['ours', '0.12', '0.23'],
    request: { path: `${flat}/registry-token`, token: 'operator' },
    status: 200,
    keys: ['registry', 'username', 'token'],
  },
  {
    fact: '1.3 tenant, flat',
    on: ['ours', '0.12', '0.23'],
    request: { path: flat, token: 'operator' },
    status: 200,
    keys: ['fly_app_name'],
  },
  {
    fact: '1.3 database, flat',
    on: ['ours', '0.12', '0.23'],
    request: { path: `${flat}/database`, token: 'operator' },
    status: 200,
    keys: ['database_url'],
  },
  {
    fact: 'versions.md: the flat prefix is gone',
    on: ['0.33'],
    request: { path: flat, token: 'operator' },
    status: 404,
  },
  {
    fact: '3.7 registry token, wrapped',
    on: all,
    request: { path: `${wrapped}/registry-token`, token: 'operator' },
    status: 200,
    keys: ['data'],
    text: /"data":\{"registry"/,
  },
  {
    fact: '3.7 status, wrapped',
    on: all,
    request: { path: `${wrapped}/status`, token: 'operator' },
    status: 200,
    keys: ['data'],
  },
  {
    fact: '3.7 account',
    on: all,
    request: { path: '/api/v1/auth/me', token: 'operator' },
    status: 200,
    keys: ['user', 'tenants'],
  },
  {
    fact: '2.3 nested envelope of the control plane',
    on: all,
    request: { path: wrapped },
    status: 401,
    text: /^\{"error":\{"code":"unauthorized","message":/,
  },
  { fact: '2.5 health', on: all, request: { path: '/api/v1/health' }, status: 200, text: /"healthy"/ },
];

describe('recorded facts', () => {
  it.each(facts.flatMap((fact) => fact.on.map((generation) => [fact.fact, generation, fact] as const)))(
    '%s, on %s',
    async (_fact, generation, fact) => {
      const answer = await ask(generation, fact.request);
      expect(answer.status).toBe(fact.status);
      if (fact.keys)
        expect(Object.keys(JSON.parse(answer.text) as object)).toEqual(
          expect.arrayContaining([...fact.keys]),
        );
      if (fact.header) expect(answer.headers.get(fact.header[0]) ?? '').toMatch(fact.header[1]);
      if (fact.text) expect(answer.text).toMatch(fact.text);
      if (fact.status !== 405) expect(answer.headers.get('x-trace-id')).toBeTruthy();
    },
  );
});

describe('recorded facts of the token endpoint (2.5)', () => {
  const form = () => formOf(serviceClient);
  const without = (field: string): URLSearchParams => {
    const fields = form();
    fields.delete(field);
    return fields;
  };
  const changed = (field: string, value: string): URLSearchParams => {
    const fields = form();
    fields.set(field, value);
    return fields;
  };

  it.each(all)('grants on %s what RFC 8693 asks for', async (generation) => {
    const response = await tokenOf(endpoints.get(generation)!.server.url, form());
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      access_token: expect.any(String) as string,
      token_type: 'Bearer',
      expires_in: expect.any(Number) as number,
      scope: 'service',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
  });

  it.each<[string, () => URLSearchParams, number, string, RegExp | undefined]>([
    ['no client_id', () => without('client_id'), 400, 'invalid_request', /^client_id: is required$/],
    ['no subject_token', () => without('subject_token'), 400, 'invalid_request', /^subject_token/],
    [
      'no subject_token_type',
      () => without('subject_token_type'),
      400,
      'invalid_request',
      /^subject_token_type/,
    ],
    [
      'a subject token type that is not known',
      () => changed('subject_token_type', 'urn:x'),
      400,
      'invalid_request',
      undefined,
    ],
    ['a wrong secret', () => changed('client_secret', 'wrong'), 401, 'invalid_client', undefined],
    ['a client that is not known', () => changed('client_id', 'nobody'), 401, 'invalid_client', undefined],
    ['a wrong operator token', () => changed('subject_token', 'wrong'), 400, 'invalid_grant', undefined],
    ['a scope that cannot be granted', () => changed('scope', 'mcp'), 400, 'invalid_request', /scope/],
    [
      'a resource of others',
      () => changed('resource', 'https://other.example.com'),
      400,
      'invalid_target',
      undefined,
    ],
    ['another grant', () => changed('grant_type', 'password'), 400, 'unsupported_grant_type', undefined],
  ])('refuses %s in the OAuth envelope', async (_what, fields, status, error, description) => {
    for (const generation of all) {
      const response = await tokenOf(endpoints.get(generation)!.server.url, fields());
      const body = (await response.json()) as { error: string; error_description?: string };
      expect([generation, response.status, body.error]).toEqual([generation, status, error]);
      if (description) expect(body.error_description).toMatch(description);
    }
  });

  it('wants a form, not JSON', async () => {
    const { url } = endpoints.get('ours')!.server;
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/api/v1/core/oauth/token`, {
      method: 'POST',
      headers,
      body: JSON.stringify(Object.fromEntries(form())),
    });
    expect(response.status).toBe(400);
  });
});
