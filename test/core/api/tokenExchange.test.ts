import { afterEach, describe, expect, it } from 'vitest';
import {
  createServiceTokens,
  type ExchangeClient,
  type ServiceTokens,
} from '../../../src/core/api/tokenExchange';
import { createHttpTransport, type HttpTransport } from '../../../src/core/api/transport';
import { quietContext } from '../../../src/core/ports';
import { sendJson, type ScriptedServer } from '../../support/scriptedServer';
import { failureOf, seededToken, startApi, tokenRoute } from './apiServer';

const transports: HttpTransport[] = [];
afterEach(async () => {
  await Promise.all(transports.splice(0).map((transport) => transport.close()));
});

function tokensOf(
  server: ScriptedServer,
  client: ExchangeClient = {},
  operatorToken = seededToken,
): ServiceTokens {
  const transport = createHttpTransport();
  transports.push(transport);
  return createServiceTokens({ transport, authority: server.origin, operatorToken, client });
}

function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.${Buffer.from('signature').toString('base64url')}`;
}

const granting = (answer: (times: number) => object) =>
  startApi({ [tokenRoute]: (_request, response, times) => sendJson(response, 200, answer(times)) });

const start = Date.parse('2026-08-01T12:00:00Z');
const at = (seconds: number) => quietContext({ now: () => start + seconds * 1_000 });

describe('service tokens', () => {
  it.each<[string, (times: number) => object, number, number]>([
    ['expires_in, less 30 s', (times) => ({ access_token: `t${times}`, expires_in: 600 }), 569, 571],
    [
      'the token’s own exp where expires_in is missing',
      () => ({ access_token: jwt({ exp: start / 1_000 + 600 }) }),
      569,
      571,
    ],
    ['300 s where nothing is said', (times) => ({ access_token: `t${times}` }), 269, 271],
    [
      'half of a life too short for the margin',
      (times) => ({ access_token: `t${times}`, expires_in: 20 }),
      9,
      11,
    ],
  ])('are kept for %s', async (_rule, answer, kept, renewed) => {
    await using server = await granting(answer);
    const tokens = tokensOf(server);
    await tokens.get(at(0));
    await tokens.get(at(kept));
    expect(server.seen.length).toBe(1);
    await tokens.get(at(renewed));
    expect(server.seen.length).toBe(2);
  });

  it('are asked for once by calls at the same time', async () => {
    await using server = await granting((times) => ({ access_token: `t${times}` }));
    const tokens = tokensOf(server);
    expect(await Promise.all([1, 2, 3, 4].map(() => tokens.get(at(0))))).toEqual(['t1', 't1', 't1', 't1']);
    expect(server.seen.length).toBe(1);
  });

  it('are renewed once for calls that were refused with the same token', async () => {
    await using server = await granting((times) => ({ access_token: `t${times}` }));
    const tokens = tokensOf(server);
    const refused = await tokens.get(at(0));
    expect(await Promise.all([tokens.renew(refused, at(0)), tokens.renew(refused, at(0))])).toEqual([
      't2',
      't2',
    ]);
    expect(await tokens.renew(refused, at(0))).toBe('t2');
    expect(server.seen.length).toBe(2);
  });

  it('reach the others when one of the callers cancels', async () => {
    const release: (() => void)[] = [];
    await using server = await startApi({
      [tokenRoute]: (_request, response) =>
        void release.push(() => sendJson(response, 200, { access_token: 't1' })),
    });
    const tokens = tokensOf(server);
    const stop = new AbortController();
    const first = tokens.get(quietContext({ signal: stop.signal }));
    const second = tokens.get(quietContext());
    while (release.length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await failureOf(first)).toMatchObject({ code: 'cancelled' });
    release[0]!();
    expect(await second).toBe('t1');
  });

  it('are asked for anew after every caller has cancelled', async () => {
    await using server = await startApi({
      [tokenRoute]: (_request, response, times) =>
        times === 1 ? undefined : sendJson(response, 200, { access_token: 't2' }),
    });
    const tokens = tokensOf(server);
    const stop = new AbortController();
    const first = tokens.get(quietContext({ signal: stop.signal }));
    while (server.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await failureOf(first)).toMatchObject({ code: 'cancelled' });
    expect(await tokens.get(quietContext())).toBe('t2');
  });

  it('are asked for anew after a failure', async () => {
    await using server = await startApi({
      [tokenRoute]: (_request, response, times) =>
        times === 1
          ? sendJson(response, 500, { error: 'server_error' })
          : sendJson(response, 200, { access_token: 't2' }),
    });
    const tokens = tokensOf(server);
    expect(await failureOf(tokens.get(at(0)))).toMatchObject({ code: 'apiError', details: { status: 500 } });
    expect(await tokens.get(at(0))).toBe('t2');
  });

  it.each<[string, ExchangeClient, string, Record<string, string | null>]>([
    [
      'calls a JWT one',
      {},
      jwt({ exp: 1 }),
      { subject_token_type: 'urn:ietf:params:oauth:token-type:jwt', client_id: 'sp_web' },
    ],
    [
      'names client, secret and scope',
      { clientId: 'mine', clientSecret: 's', scope: 'service' },
      seededToken,
      { client_id: 'mine', client_secret: 's', scope: 'service', subject_token: seededToken },
    ],
    [
      'leaves the operator token out of the client credentials grant',
      { grant: 'clientCredentials', clientId: 'mine', clientSecret: 's' },
      seededToken,
      { grant_type: 'client_credentials', client_secret: 's', subject_token: null, subject_token_type: null },
    ],
  ])('%s', async (_what, client, operatorToken, fields) => {
    await using server = await granting(() => ({ access_token: 't' }));
    await tokensOf(server, client, operatorToken).get(at(0));
    const form = new URLSearchParams(server.seen[0]!.body.toString());
    for (const [name, value] of Object.entries(fields)) expect(form.get(name)).toBe(value);
  });

  it.each<[number, object, object]>([
    [
      400,
      { error: 'invalid_request', error_description: 'client_id: is required' },
      { code: 'unauthorized', details: { reason: 'clientId' } },
    ],
    [401, { error: 'invalid_client' }, { code: 'unauthorized', details: { reason: 'clientId' } }],
    [400, { error: 'invalid_grant' }, { code: 'unauthorized', details: { reason: 'notSignedIn' } }],
    [
      400,
      { error: 'invalid_request', error_description: 'scope: empty' },
      { code: 'unauthorized', details: { reason: 'notSignedIn' } },
    ],
    [404, {}, { code: 'unsupported', details: { status: 404 } }],
    [429, { code: 'rate_limited', message: 'm' }, { code: 'apiError', details: { reason: 'rateLimited' } }],
    [200, { token: 'x' }, { code: 'http', details: { reason: 'undecodable' } }],
    [200, { access_token: 'two words' }, { code: 'http', details: { reason: 'undecodable' } }],
  ])('says what is wrong with an exchange that answers %i %j', async (status, body, expected) => {
    await using server = await startApi({
      [tokenRoute]: (_request, response) => sendJson(response, status, body),
    });
    expect(await failureOf(tokensOf(server).get(at(0)))).toMatchObject(expected);
  });
});
