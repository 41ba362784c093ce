import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { quietContext, type Logger } from '../../../src/core/ports';
import {
  bodyOf,
  clientFor,
  deleteRoute,
  directConfig,
  downloadRoute,
  failureOf,
  instantClock,
  manifestOf,
  manifestRoute,
  relayConfig,
  routesOf,
  seededServiceToken,
  seededToken,
  sha256,
  startApi,
  tokenRoute,
  uploadRoute,
} from './apiServer';
import { sendJson } from '../../support/scriptedServer';

const context = quietContext();
const expectation = [{ path: 'agents/a.yaml', checksum: sha256('new') }];
const before = manifestOf({ 'agents/a.yaml': 'old' });
const after = manifestOf({ 'agents/a.yaml': 'new' });
const upload = (client: ReturnType<typeof clientFor>, ifMatch?: string) =>
  client.uploadFiles(context, bodyOf('archive'), { expectation, ifMatch });
const uploadsSeen = (routes: string[]) => routes.filter((route) => route === uploadRoute).length;

describe('SyncApiClient in direct mode', () => {
  it('exchanges the operator token first, with the fields the server wants', async () => {
    await using server = await startApi({
      [manifestRoute]: (_request, response) => sendJson(response, 200, before),
    });
    await clientFor(directConfig(server.origin)).manifest(context);
    expect(routesOf(server)).toEqual([tokenRoute, manifestRoute]);
    const [exchange, manifest] = server.seen;
    expect(exchange!.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(exchange!.headers.authorization).toBeUndefined();
    expect([...new URLSearchParams(exchange!.body.toString())]).toEqual([
      ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
      ['subject_token', seededToken],
      ['subject_token_type', 'urn:ietf:params:oauth:token-type:access_token'],
      ['client_id', 'sp_web'],
    ]);
    expect(manifest!.headers.authorization).toBe(`Bearer ${seededServiceToken}-1`);
  });

  it('reads a manifest with and without the additions of the tenant endpoint', async () => {
    const checksum = sha256(sha256('old'));
    await using server = await startApi({
      [manifestRoute]: (request, response) =>
        request.query.get('filter') === 'agents'
          ? sendJson(
              response,
              200,
              manifestOf({ 'agents/a.yaml': 'old' }, { directories: ['agents'], max_body_bytes: 99 }),
              { etag: `"${checksum}"` },
            )
          : sendJson(response, 200, before),
    });
    const client = clientFor(directConfig(server.origin));
    expect(await client.manifest(context)).toMatchObject({
      directories: undefined,
      maxBodyBytes: undefined,
      conditional: false,
      checksum,
    });
    expect(await client.manifest(context, ['agents'])).toMatchObject({
      files: [{ path: 'agents/a.yaml', checksum: sha256('old'), size: 3 }],
      directories: ['agents'],
      maxBodyBytes: 99,
      conditional: true,
    });
  });

  it('uploads the archive with the precondition it was planned from', async () => {
    await using server = await startApi({
      [uploadRoute]: (_request, response) => sendJson(response, 200, { files_uploaded: 1 }),
    });
    expect(await upload(clientFor(directConfig(server.origin)), 'abc')).toEqual({
      filesUploaded: 1,
      provedBy: 'reply',
    });
    expect(server.seen[1]!.headers).toMatchObject({
      'if-match': '"abc"',
      'content-type': 'application/octet-stream',
      'content-length': '7',
    });
    expect(server.seen[1]!.body.toString()).toBe('archive');
  });

  it('deletes named files', async () => {
    await using server = await startApi({
      [deleteRoute]: (_request, response) => sendJson(response, 200, { files_deleted: 2 }),
    });
    expect(
      await clientFor(directConfig(server.origin)).deleteFiles(context, ['a/b', 'a/c'], { ifMatch: 'abc' }),
    ).toBe(2);
    expect(JSON.parse(server.seen[1]!.body.toString())).toEqual({ paths: ['a/b', 'a/c'], if_match: 'abc' });
  });

  it('mints another token on a 401, once, without using up an attempt', async () => {
    await using server = await startApi({
      [manifestRoute]: (_request, response, times) =>
        times === 1
          ? sendJson(response, 401, { code: 'unauthorized', message: 'expired' })
          : sendJson(response, 200, before),
    });
    await clientFor(directConfig(server.origin), { retry: { maxAttempts: 1 } }).manifest(context);
    expect(routesOf(server)).toEqual([tokenRoute, manifestRoute, tokenRoute, manifestRoute]);
    expect(server.seen[3]!.headers.authorization).toBe(`Bearer ${seededServiceToken}-2`);
  });

  it('takes a second 401 as final', async () => {
    await using server = await startApi({
      [manifestRoute]: (_request, response) => sendJson(response, 401, {}),
    });
    const error = await failureOf(clientFor(directConfig(server.origin)).manifest(context));
    expect(error).toMatchObject({ code: 'unauthorized', details: { reason: 'notSignedIn', status: 401 } });
    expect(routesOf(server)).toEqual([tokenRoute, manifestRoute, tokenRoute, manifestRoute]);
  });

  it('asks for no file when the exchange is refused', async () => {
    await using server = await startApi({
      [tokenRoute]: (_request, response) =>
        sendJson(response, 400, { error: 'invalid_request', error_description: 'client_id: is required' }),
    });
    const error = await failureOf(clientFor(directConfig(server.origin)).manifest(context));
    expect(error).toMatchObject({
      code: 'unauthorized',
      details: { reason: 'clientId', status: 400, serverCode: 'invalid_request' },
    });
    expect(error.message).toContain('client_id: is required');
    expect(error.hint).toContain('--client-id');
    expect(routesOf(server)).toEqual([tokenRoute]);
  });

  it('repeats a read through failures that pass, waiting as the server asks', async () => {
    await using server = await startApi({
      [manifestRoute]: (_request, response, times) => {
        if (times === 1) sendJson(response, 503, {});
        else if (times === 2)
          sendJson(response, 429, { code: 'rate_limited', message: 'slow down' }, { 'retry-after': '7' });
        else if (times === 3) response.destroy();
        else sendJson(response, 200, before);
      },
    });
    const clock = instantClock();
    await clientFor(directConfig(server.origin), { clock }).manifest(context);
    expect(clock.waits).toEqual([1_000, 7_000, 4_000]);
  });

  it('downloads again from the start when the connection breaks on the way', async () => {
    await using server = await startApi({
      [downloadRoute]: (_request, response, times) => {
        response.writeHead(200, { 'content-type': 'application/gzip', 'content-length': '9' });
        if (times === 1) response.write('wrong', () => response.destroy());
        else response.end('archive!!');
      },
    });
    const calls: string[] = [];
    const text = await clientFor(directConfig(server.origin)).downloadFiles(context, async (archive) => {
      let seen = '';
      calls.push('start');
      for await (const part of archive) seen += Buffer.from(part).toString();
      return seen;
    });
    expect([text, calls.length]).toEqual(['archive!!', 2]);
  });

  it('says that the connection broke even when the reader of the archive says something else', async () => {
    await using server = await startApi({
      [downloadRoute]: (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/gzip', 'content-length': '9' });
        response.write('half', () => response.destroy());
      },
    });
    const client = clientFor(directConfig(server.origin), { retry: { maxAttempts: 2 } });
    const error = await failureOf(
      client.downloadFiles(context, async (archive) => {
        try {
          for await (const _part of archive);
        } catch (cause) {
          throw new Error('broken archive', { cause });
        }
      }),
    );
    expect(error).toMatchObject({ code: 'http', details: { phase: 'interrupted' } });
  });

  it('does not download again for a fault of the reader', async () => {
    await using server = await startApi({
      [downloadRoute]: (_request, response) => response.end('x') as unknown as void,
    });
    const run = clientFor(directConfig(server.origin)).downloadFiles(context, () =>
      Promise.reject(new RangeError('mine')),
    );
    await expect(run).rejects.toThrow(RangeError);
    expect(routesOf(server)).toEqual([tokenRoute, downloadRoute]);
  });
});

describe('an upload', () => {
  it('is not repeated when the manifest shows that it landed', async () => {
    await using server = await startApi({
      [uploadRoute]: (_request, response) => void response.destroy(),
      [manifestRoute]: (_request, response) => sendJson(response, 200, after),
    });
    expect(await upload(clientFor(directConfig(server.origin)))).toEqual({
      filesUploaded: 1,
      provedBy: 'manifest',
    });
    expect(uploadsSeen(routesOf(server))).toBe(1);
  });

  it('is repeated when the manifest shows that it did not', async () => {
    await using server = await startApi({
      [uploadRoute]: (_request, response, times) =>
        times < 3 ? void response.destroy() : sendJson(response, 200, { files_uploaded: 1 }),
      [manifestRoute]: (_request, response) => sendJson(response, 200, before),
    });
    expect(await upload(clientFor(directConfig(server.origin)))).toMatchObject({ provedBy: 'reply' });
    expect(routesOf(server)).toEqual([
      tokenRoute,
      uploadRoute,
      manifestRoute,
      uploadRoute,
      manifestRoute,
      uploadRoute,
    ]);
  });

  it.each([401, 429, 502, 503, 504])(
    'looks at the manifest before it repeats after %i as well',
    async (status) => {
      await using server = await startApi({
        [uploadRoute]: (_request, response) => sendJson(response, status, {}),
        [manifestRoute]: (_request, response) => sendJson(response, 200, after),
      });
      expect(await upload(clientFor(directConfig(server.origin)))).toMatchObject({ provedBy: 'manifest' });
      expect(uploadsSeen(routesOf(server))).toBe(1);
    },
  );

  it('is done when a repetition meets a precondition that its own first sending moved', async () => {
    let landed = false;
    await using server = await startApi({
      [uploadRoute]: (_request, response, times) => {
        if (times === 1) return void response.destroy();
        landed = true;
        sendJson(response, 412, {
          code: 'conflict_error',
          message: 'moved',
          details: { paths: ['agents/a.yaml'] },
        });
      },
      [manifestRoute]: (_request, response) => sendJson(response, 200, landed ? after : before),
    });
    expect(await upload(clientFor(directConfig(server.origin)), 'abc')).toMatchObject({
      provedBy: 'manifest',
    });
  });

  it('says that nothing changed when every sending failed', async () => {
    await using server = await startApi({
      [uploadRoute]: (_request, response) => sendJson(response, 503, {}),
      [manifestRoute]: (_request, response) => sendJson(response, 200, before),
    });
    const error = await failureOf(upload(clientFor(directConfig(server.origin))));
    expect(error).toMatchObject({ code: 'apiError', details: { status: 503, outcome: 'nothing' } });
    expect(uploadsSeen(routesOf(server))).toBe(5);
  });

  it('says which files a server had written before it failed', async () => {
    await using server = await startApi({
      [uploadRoute]: (_request, response) =>
        sendJson(response, 500, { code: 'internal_error', message: 'not in an allowed directory' }),
      [manifestRoute]: (_request, response) => sendJson(response, 200, after),
    });
    const run = clientFor(directConfig(server.origin)).uploadFiles(context, bodyOf('x'), {
      expectation: [...expectation, { path: 'web/b', checksum: sha256('b') }],
    });
    const error = await failureOf(run);
    expect(error).toMatchObject({ details: { status: 500, outcome: 'partly', landed: ['agents/a.yaml'] } });
    expect(uploadsSeen(routesOf(server))).toBe(1);
  });

  it('says that the outcome is unknown, and stops, when the manifest cannot be read', async () => {
    await using server = await startApi({
      [uploadRoute]: (_request, response) => void response.destroy(),
      [manifestRoute]: (_request, response) => sendJson(response, 500, {}),
    });
    const error = await failureOf(upload(clientFor(directConfig(server.origin))));
    expect(error.details).toMatchObject({ outcome: 'unknown' });
    expect(uploadsSeen(routesOf(server))).toBe(1);
  });

  it('is not repeated when nothing can prove whether it landed', async () => {
    await using server = await startApi({ [uploadRoute]: (_request, response) => void response.destroy() });
    const error = await failureOf(
      clientFor(directConfig(server.origin)).uploadFiles(context, bodyOf('x'), { expectation: [] }),
    );
    expect(error.details).toMatchObject({ outcome: 'unknown' });
    expect(routesOf(server)).toEqual([tokenRoute, uploadRoute]);
  });

  it.each<[number, object, object]>([
    [
      404,
      { code: 'not_found', message: 'x' },
      { code: 'unsupported', details: { reason: 'takesNoPushes', status: 404 } },
    ],
    [405, {}, { code: 'unsupported', details: { reason: 'takesNoPushes', status: 405 } }],
    [
      403,
      { code: 'forbidden', message: 'caller is admin' },
      { code: 'unauthorized', details: { reason: 'wrongUserType' } },
    ],
    [409, {}, { code: 'conflict', details: { paths: [] } }],
    [
      412,
      { code: 'conflict_error', message: 'm', details: { paths: ['a', 'b', 'c', 'd'] } },
      { code: 'conflict', details: { reason: 'conflict', paths: ['a', 'b', 'c', 'd'] } },
    ],
    [
      413,
      { code: 'bad_request', message: 'm', details: { max_body_bytes: 100 } },
      { code: 'apiError', details: { reason: 'tooLarge', maxBodyBytes: 100 } },
    ],
    [
      422,
      {
        code: 'validation_error',
        message: 'm',
        validation_errors: [{ field: 'f', message: 'bad', code: 'c' }],
      },
      { details: { reason: 'refused', fields: ['f: bad'] } },
    ],
  ])('refused with %i is not repeated and says what to do', async (status, body, expected) => {
    await using server = await startApi({
      [uploadRoute]: (_request, response) => sendJson(response, status, body),
    });
    const error = await failureOf(upload(clientFor(directConfig(server.origin)), 'abc'));
    expect(error).toMatchObject(expected);
    expect(error.hint).toBeTruthy();
    expect(error.details).not.toHaveProperty('outcome');
    expect(routesOf(server)).toEqual([tokenRoute, uploadRoute]);
  });
});

describe('an answer that is no good', () => {
  it.each<[string, number, string, string, object]>([
    [
      'a web page',
      200,
      'text/html',
      '<html><body>Sign in</body></html>',
      { code: 'http', details: { reason: 'html' } },
    ],
    [
      'a web page that calls itself JSON',
      200,
      'application/json',
      '<!DOCTYPE html><p>',
      { code: 'http', details: { reason: 'html' } },
    ],
    [
      'half of a JSON document',
      200,
      'application/json',
      '{"files":[{"path":"a',
      { code: 'http', details: { reason: 'undecodable' } },
    ],
    ['nothing', 200, 'application/json', '', { code: 'http', details: { reason: 'undecodable' } }],
    [
      'JSON of another shape',
      200,
      'application/json',
      '{"ok":true}',
      { code: 'http', details: { reason: 'undecodable' } },
    ],
    [
      'a web page with 404',
      404,
      'text/html',
      '<html>nginx</html>',
      { code: 'apiError', details: { reason: 'notFound' } },
    ],
    [
      'the nested envelope',
      400,
      'application/json',
      '{"error":{"code":"bad","message":"said so"}}',
      { details: { serverCode: 'bad' } },
    ],
  ])('%s becomes an error of its own', async (_what, status, type, body, expected) => {
    await using server = await startApi({
      [manifestRoute]: (_request, response) =>
        response
          .writeHead(status, { 'content-type': type, 'x-trace-id': 'trace-1' })
          .end(body) as unknown as void,
    });
    const error = await failureOf(clientFor(directConfig(server.origin)).manifest(context));
    expect(error).toMatchObject(expected);
    expect(error.message).not.toContain('<');
    expect(error.hint).toBeTruthy();
    if (status >= 400) expect(error.details).toMatchObject({ traceId: 'trace-1', status });
  });

  it.each(['../x', '', 'a\0b'].map((path) => [path]))(
    'names the place of a wrong value (%j), not the value',
    async (path) => {
      const broken = {
        files: [{ path: path || '', checksum: `${seededToken}`, size: 1 }],
        timestamp: 't',
        checksum: 'a',
      };
      await using server = await startApi({
        [manifestRoute]: (_request, response) => sendJson(response, 200, broken),
      });
      const error = await failureOf(clientFor(directConfig(server.origin)).manifest(context));
      expect(error.message).toMatch(/files\.0\./);
      expect(inspect(error, { depth: 9 })).not.toContain(seededToken);
    },
  );

  it('refuses an endless answer instead of keeping it', async () => {
    await using server = await startApi({
      [tokenRoute]: (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.on('drain', more).on('error', () => {});
        more();
      },
    });
    const error = await failureOf(clientFor(directConfig(server.origin)).manifest(context));
    expect(error).toMatchObject({ code: 'http', details: { reason: 'undecodable' } });
  });

  it('takes a web page or JSON for no archive', async () => {
    for (const type of ['text/html', 'application/json']) {
      await using server = await startApi({
        [downloadRoute]: (_request, response) =>
          response.writeHead(200, { 'content-type': type }).end('x') as unknown as void,
      });
      let consumed = false;
      await failureOf(
        clientFor(directConfig(server.origin)).downloadFiles(context, async () => void (consumed = true)),
      );
      expect(consumed).toBe(false);
    }
  });

  it('does not follow a redirect with the token', async () => {
    await using elsewhere = await startApi({});
    await using server = await startApi({
      [manifestRoute]: (_request, response) =>
        response.writeHead(307, { location: `${elsewhere.origin}/x` }).end() as unknown as void,
    });
    const error = await failureOf(clientFor(directConfig(server.origin)).manifest(context));
    expect(error).toMatchObject({ code: 'apiError', details: { reason: 'redirected' } });
    expect(elsewhere.seen).toEqual([]);
  });
});

describe('SyncApiClient in relay mode', () => {
  const flat = '/api/v1/cloud/tenants/t1';
  const wrapped = '/api/v1/tenants/t1';

  it('sends the operator token as it is under the flat prefix', async () => {
    await using server = await startApi({
      [`GET ${flat}/registry-token`]: (_request, response) =>
        sendJson(response, 200, { registry: 'r.io', username: 'u', token: 'p' }),
      [`POST ${flat}/deploy`]: (_request, response) =>
        sendJson(response, 200, { status: 'ok', app_url: null }),
      [`GET ${flat}`]: (_request, response) => sendJson(response, 200, { fly_app_name: 'app-1' }),
      [`GET ${flat}/database`]: (_request, response) =>
        sendJson(response, 200, { database_url: 'postgres://x' }),
      [`GET ${flat}/status`]: (_request, response) =>
        sendJson(response, 200, { status: 'ready', app_url: 'https://a' }),
    });
    const client = clientFor(relayConfig(server.origin));
    expect(await client.registryToken(context)).toEqual({
      registry: 'r.io',
      username: 'u',
      token: 'p',
      repository: undefined,
      tag: undefined,
    });
    expect(await client.deploy(context, 'r.io/a:1')).toEqual({ status: 'ok', appUrl: undefined });
    expect(await client.tenantApp(context)).toBe('app-1');
    expect(await client.databaseUrl(context)).toBe('postgres://x');
    expect(await client.tenantStatus(context)).toEqual({
      status: 'ready',
      message: undefined,
      appUrl: 'https://a',
    });
    expect(new Set(server.seen.map((request) => request.headers.authorization))).toEqual(
      new Set([`Bearer ${seededToken}`]),
    );
    expect(JSON.parse(server.seen[1]!.body.toString())).toEqual({ image: 'r.io/a:1' });
  });

  it('turns to the wrapped prefix on a 404, and stays there', async () => {
    await using server = await startApi({
      [`GET ${wrapped}/status`]: (_request, response) =>
        sendJson(response, 200, { data: { status: 'ready' } }),
    });
    const client = clientFor(relayConfig(server.origin));
    expect(await client.tenantStatus(context)).toMatchObject({ status: 'ready' });
    expect(await client.tenantStatus(context)).toMatchObject({ status: 'ready' });
    expect(routesOf(server)).toEqual([
      `GET ${flat}/status`,
      `GET ${wrapped}/status`,
      `GET ${wrapped}/status`,
    ]);
  });

  it('exchanges the token where the wrapped prefix wants that, and keeps to it', async () => {
    await using server = await startApi({
      [`GET ${wrapped}/status`]: (request, response) =>
        request.headers.authorization === `Bearer ${seededServiceToken}-1`
          ? sendJson(response, 200, { data: { status: 'ready' } })
          : sendJson(response, 401, { error: { code: 'unauthorized', message: 'exchange first' } }),
    });
    const client = clientFor(relayConfig(server.origin));
    for (let count = 0; count < 2; count += 1) await client.tenantStatus(context);
    const status = `GET ${wrapped}/status`;
    expect(routesOf(server)).toEqual([`GET ${flat}/status`, status, tokenRoute, status, status]);
    expect(new URLSearchParams(server.seen[2]!.body.toString()).get('resource')).toBe(server.origin);
  });

  it.each([{ fly_app_name: null }, {}])('says that a tenant without an app has none: %j', async (answer) => {
    await using server = await startApi({
      [`GET ${flat}`]: (_request, response) => sendJson(response, 200, answer),
    });
    expect(await failureOf(clientFor(relayConfig(server.origin)).tenantApp(context))).toMatchObject({
      code: 'tenantNoApp',
    });
  });

  it.each([{ database_url: null }, {}])(
    'says that the account gives no database address: %j',
    async (answer) => {
      await using server = await startApi({
        [`GET ${flat}/database`]: (_request, response) => sendJson(response, 200, answer),
      });
      expect(await failureOf(clientFor(relayConfig(server.origin)).databaseUrl(context))).toMatchObject({
        code: 'missingConfig',
      });
    },
  );

  it('takes a 401 as final', async () => {
    await using server = await startApi({
      [`GET ${flat}`]: (_request, response) => sendJson(response, 401, {}),
    });
    expect(await failureOf(clientFor(relayConfig(server.origin)).tenantApp(context))).toMatchObject({
      code: 'unauthorized',
    });
    expect(server.seen.length).toBe(1);
  });

  it.each([
    ['502', (response: ServerResponse) => sendJson(response, 502, {})],
    ['a lost reply', (response: ServerResponse) => void response.destroy()],
  ])('does not deploy twice after %s', async (_what, answer) => {
    await using server = await startApi({
      [`POST ${flat}/deploy`]: (_request, response) => answer(response),
    });
    await failureOf(clientFor(relayConfig(server.origin)).deploy(context, 'r.io/a:1'));
    expect(server.seen.length).toBe(1);
  });

  it('deploys after a 429', async () => {
    await using server = await startApi({
      [`POST ${flat}/deploy`]: (_request, response, times) =>
        times === 1 ? sendJson(response, 429, {}) : sendJson(response, 200, { status: 'ok' }),
    });
    expect(await clientFor(relayConfig(server.origin)).deploy(context, 'r.io/a:1')).toMatchObject({
      status: 'ok',
    });
  });
});

describe('capabilities', () => {
  it('finds out what the tenant endpoint adds', async () => {
    const manifest = manifestOf(
      { 'agents/a.yaml': 'old' },
      { directories: ['agents', 'web'], max_body_bytes: 1_000_000 },
    );
    const etag = `"${(manifest as { checksum: string }).checksum}"`;
    await using server = await startApi({
      [manifestRoute]: (_request, response) => sendJson(response, 200, manifest, { etag }),
      [uploadRoute]: (_request, response) => sendJson(response, 200, { files_uploaded: 0 }),
    });
    expect(await clientFor(directConfig(server.origin)).capabilities(context)).toEqual({
      mode: 'direct',
      manifest: true,
      acceptsPushes: true,
      directories: ['agents', 'web'],
      maxBodyBytes: 1_000_000,
      conditionalUploads: true,
      deletions: true,
      states: [],
    });
    expect(
      server.seen
        .find((request) => request.method === 'POST' && request.path === '/api/v1/sync/files')
        ?.query.get('dry_run'),
    ).toBe('true');
  });

  it('shows a server without pushes as a state, not as an error', async () => {
    await using server = await startApi({
      [manifestRoute]: (_request, response) => sendJson(response, 200, before),
    });
    const found = await clientFor(directConfig(server.origin)).capabilities(context);
    expect(found).toMatchObject({
      manifest: true,
      acceptsPushes: false,
      conditionalUploads: false,
      maxBodyBytes: 2_097_152,
    });
    expect(found.directories).toEqual(['agents', 'skills', 'content', 'mcp', 'ai', 'config', 'profiles']);
    expect(found.states.join(' ')).toMatch(/takes no pushes/);
  });

  it('does not take a refusal of its token for an answer', async () => {
    await using server = await startApi({
      [manifestRoute]: (_request, response) => sendJson(response, 403, {}),
    });
    expect(await failureOf(clientFor(directConfig(server.origin)).capabilities(context))).toMatchObject({
      code: 'unauthorized',
    });
  });
});

describe('secrets', () => {
  const seeds = [seededToken, seededServiceToken, 'client-secret-seeded', 'seeded-db-password'];

  it('stay out of errors and log lines, whatever a server echoes', async () => {
    const lines: string[] = [];
    const record = (line: string): void => void lines.push(line);
    const logger: Logger = { trace: record, debug: record, info: record, warn: record, error: record };
    const loud = quietContext({ logger, progress: ({ message }) => record(message) });
    for (const status of [301, 400, 401, 403, 404, 409, 412, 413, 429, 500, 503]) {
      await using server = await startApi({
        [manifestRoute]: (request, response) => {
          const echo = `${request.headers.authorization} ${seededToken} client-secret-seeded postgres://u:seeded-db-password@h/d \u001b[31m\u202e`;
          const body = {
            code: echo,
            message: echo,
            timestamp: '',
            trace_id: echo,
            details: { paths: [echo] },
            validation_errors: [{ field: echo, message: echo }],
          };
          sendJson(response, status, body, { location: `https://${seededToken}.example.com/` });
        },
      });
      const client = clientFor(directConfig(server.origin), {
        client: { clientSecret: 'client-secret-seeded' },
      });
      const error = await failureOf(client.manifest(loud));
      const shown = [
        error.message,
        error.hint,
        JSON.stringify(error),
        inspect(error, { depth: 12, showHidden: true }),
        ...lines,
      ].join('\n');
      for (const seed of seeds) expect(shown).not.toContain(seed);
      for (const mark of ['\u001b', '\u202e']) expect(error.message).not.toContain(mark);
    }
    expect(lines.length).toBeGreaterThan(0);
  });

  it('stay out of an inspection of the client', async () => {
    await using server = await startApi({
      [manifestRoute]: (_request, response) => sendJson(response, 200, before),
    });
    const client = clientFor(directConfig(server.origin), {
      client: { clientSecret: 'client-secret-seeded' },
    });
    await client.manifest(context);
    for (const shown of [inspect(client, { depth: 12, showHidden: true }), JSON.stringify(client)]) {
      for (const seed of seeds) expect(shown).not.toContain(seed);
    }
  });

  it('stay out of the error of a refused exchange', async () => {
    await using server = await startApi({
      [tokenRoute]: (request, response) =>
        sendJson(response, 400, { error: 'invalid_grant', error_description: request.body.toString() }),
    });
    const client = clientFor(directConfig(server.origin), {
      client: { clientSecret: 'client-secret-seeded' },
    });
    const error = await failureOf(client.manifest(context));
    for (const seed of seeds) expect(inspect(error, { depth: 12 })).not.toContain(seed);
  });
});
