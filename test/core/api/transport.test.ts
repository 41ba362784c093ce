import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { connect } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createHttpTransport,
  type HttpResponse,
  type HttpTransport,
  type HttpTransportOptions,
} from '../../../src/core/api/transport';
import { SyncError } from '../../../src/core/syncError';
import { sendJson, startScriptedServer } from '../../support/scriptedServer';
import { selfSignedCertificate } from '../../support/selfSignedCertificate';

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((item) => item.close()));
});

function transport(options: HttpTransportOptions = {}): HttpTransport {
  const created = createHttpTransport(options);
  opened.push(created);
  return created;
}

/** A TCP server that does with each connection what the test says. */
async function rawServer(onConnection: (socket: Socket) => void): Promise<URL> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

async function readAll(response: HttpResponse): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of response.body) parts.push(part);
  return Buffer.concat(parts).toString();
}

const get = (http: HttpTransport, url: URL, signal?: AbortSignal) =>
  http.send({ method: 'GET', url }, signal, readAll);

async function failureOf(run: Promise<unknown>): Promise<SyncError> {
  const error: unknown = await run.then(
    () => new Error('succeeded'),
    (reason: unknown) => reason,
  );
  if (!SyncError.is(error)) throw new Error('not a SyncError', { cause: error });
  return error;
}

describe('HttpTransport', () => {
  it('sends method, headers and body, and names itself', async () => {
    await using server = await startScriptedServer((_request, response) =>
      sendJson(response, 201, { ok: true }, { 'x-a': 'b' }),
    );
    const bytes = new TextEncoder().encode('hello');
    const answer = await transport({ userAgent: 'systemprompt-sync/1.2.3' }).send(
      {
        method: 'POST',
        url: new URL(`${server.origin}/p?q=1`),
        headers: { 'x-one': '1' },
        body: { sizeBytes: 5, open: () => [bytes] },
      },
      undefined,
      async (response) => ({
        status: response.status,
        header: response.header('x-a'),
        text: await readAll(response),
      }),
    );
    expect(answer).toEqual({ status: 201, header: 'b', text: '{"ok":true}' });
    expect(server.seen[0]).toMatchObject({ method: 'POST', path: '/p' });
    expect(server.seen[0]!.headers).toMatchObject({
      'user-agent': 'systemprompt-sync/1.2.3',
      'content-length': '5',
      'x-one': '1',
    });
    expect(server.seen[0]!.body.toString()).toBe('hello');
  });

  it('sends a body of unknown size in chunks, whole', async () => {
    await using server = await startScriptedServer((_request, response) => sendJson(response, 200, {}));
    const piece = new Uint8Array(200_000).fill(7);
    async function* body(): AsyncGenerator<Uint8Array> {
      for (let count = 0; count < 5; count += 1) yield piece;
    }
    await transport().send(
      { method: 'POST', url: new URL(server.origin), body: { open: body } },
      undefined,
      readAll,
    );
    expect(server.seen[0]!.headers['transfer-encoding']).toBe('chunked');
    expect(server.seen[0]!.body.length).toBe(1_000_000);
  });

  it('gives a change a connection of its own', async () => {
    const ports = new Set<number>();
    const server = createHttpServer((request, response) => {
      ports.add(request.socket.remotePort!);
      request.resume().on('end', () => response.end('{}'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push({
      close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
    });
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const http = transport();
    for (let count = 0; count < 3; count += 1) {
      await http.send(
        { method: 'POST', url, body: { sizeBytes: 1, open: () => [new Uint8Array(1)] } },
        undefined,
        readAll,
      );
    }
    expect(ports.size).toBe(3);
  });

  it('says that nothing answers where nothing listens', async () => {
    const url = await rawServer(() => {});
    await opened.pop()!.close();
    const error = await failureOf(get(transport(), url));
    expect(error).toMatchObject({
      code: 'http',
      details: { phase: 'connect', code: 'ECONNREFUSED', host: url.host },
    });
    expect(error.message).toContain(url.host);
    expect(error.hint).toBeTruthy();
  });

  it('says that a host does not exist', async () => {
    const error = await failureOf(get(transport(), new URL('https://no-such-host.invalid/')));
    expect(error).toMatchObject({ code: 'http', details: { phase: 'connect' } });
    expect(error.message).toContain('no-such-host.invalid');
  });

  it.each<[string, (socket: Socket) => void]>([
    ['before the answer', (socket) => socket.once('data', () => socket.destroy())],
    [
      'within the headers',
      (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Le')),
    ],
    [
      'within a body of known length',
      (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')),
    ],
    [
      'within a chunked body',
      (socket) =>
        socket.once('data', () =>
          socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'),
        ),
    ],
    ['with a reset', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  ])('calls a connection that ends %s interrupted', async (_where, onConnection) => {
    const url = await rawServer(onConnection);
    expect(await failureOf(get(transport(), url))).toMatchObject({
      code: 'http',
      details: { phase: 'interrupted' },
    });
  });

  it('recognises an answer that is not HTTP', async () => {
    const url = await rawServer((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n')));
    expect(await failureOf(get(transport(), url))).toMatchObject({
      code: 'http',
      details: { phase: 'protocol' },
    });
  });

  it.each<[string, (socket: Socket) => void]>([
    ['no answer comes', () => {}],
    [
      'the body stops',
      (socket) =>
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')),
    ],
  ])('gives up when %s', async (_what, onConnection) => {
    const url = await rawServer(onConnection);
    const error = await failureOf(get(transport({ noProgressMs: 150 }), url));
    expect(error).toMatchObject({ code: 'http', details: { phase: 'noProgress', host: url.host } });
  });

  it('gives up on an upload that the other side does not take', async () => {
    const url = await rawServer((socket) => socket.pause());
    const piece = new Uint8Array(1024 * 1024);
    const body = { open: () => Array.from({ length: 64 }, () => piece) };
    const run = transport({ noProgressMs: 300 }).send({ method: 'POST', url, body }, undefined, readAll);
    expect(await failureOf(run)).toMatchObject({ details: { phase: 'noProgress' } });
  });

  it('waits for a download that keeps moving, however long the whole takes', async () => {
    const url = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n');
        let sent = 0;
        const timer = setInterval(() => {
          socket.write('x');
          sent += 1;
          if (sent === 10) clearInterval(timer);
        }, 100);
      });
    });
    expect(await get(transport({ noProgressMs: 400 }), url)).toBe('x'.repeat(10));
  });

  it('does not blame the server for the time its caller takes', async () => {
    await using server = await startScriptedServer((_request, response) =>
      sendJson(response, 200, 'x'.repeat(500_000)),
    );
    const size = await transport({ noProgressMs: 100 }).send(
      { method: 'GET', url: new URL(server.origin) },
      undefined,
      async (response) => {
        let total = 0;
        for await (const part of response.body) {
          if (total === 0) await new Promise((resolve) => setTimeout(resolve, 400));
          total += part.byteLength;
        }
        return total;
      },
    );
    expect(size).toBe(500_002);
  });

  it('does not blame the server for the time its body takes to be made', async () => {
    await using server = await startScriptedServer((_request, response) => sendJson(response, 200, {}));
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      await new Promise((resolve) => setTimeout(resolve, 400));
      yield new Uint8Array(10);
    }
    await transport({ noProgressMs: 100 }).send(
      { method: 'POST', url: new URL(server.origin), body: { open: slow } },
      undefined,
      readAll,
    );
    expect(server.seen[0]!.body.length).toBe(20);
  });

  it('cancels down to the socket', async () => {
    const stop = new AbortController();
    let closed: Promise<unknown> = Promise.resolve();
    const url = await rawServer((socket) => {
      closed = new Promise((resolve) => socket.once('close', resolve));
      socket.once('data', () => stop.abort());
    });
    expect(await failureOf(get(transport(), url, stop.signal))).toMatchObject({ code: 'cancelled' });
    await closed;
  });

  it('cancels within a download', async () => {
    const stop = new AbortController();
    const url = await rawServer((socket) =>
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')),
    );
    const run = transport().send({ method: 'GET', url }, stop.signal, async (response) => {
      for await (const _part of response.body) stop.abort();
    });
    expect(await failureOf(run)).toMatchObject({ code: 'cancelled' });
  });

  it('passes on what making the body failed with', async () => {
    await using server = await startScriptedServer((_request, response) => sendJson(response, 200, {}));
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      throw new SyncError('io', 'the file went away');
    }
    const run = transport().send(
      { method: 'POST', url: new URL(server.origin), body: { open: failing } },
      undefined,
      readAll,
    );
    expect(await failureOf(run)).toMatchObject({ code: 'io', message: 'the file went away' });
  });

  it('passes on what its reader throws', async () => {
    await using server = await startScriptedServer((_request, response) => sendJson(response, 200, {}));
    const run = transport().send({ method: 'GET', url: new URL(server.origin) }, undefined, () =>
      Promise.reject(new RangeError('mine')),
    );
    await expect(run).rejects.toThrow(RangeError);
  });

  it('does not follow a redirect', async () => {
    await using server = await startScriptedServer((_request, response) => {
      response.writeHead(302, { location: '/other' }).end();
    });
    const status = await transport().send(
      { method: 'GET', url: new URL(server.origin) },
      undefined,
      async (response) => response.status,
    );
    expect([status, server.seen.length]).toEqual([302, 1]);
  });
});

describe('HttpTransport with certificates and proxies', () => {
  const tls = selfSignedCertificate(['127.0.0.1', 'tenant.test']);

  it('refuses a certificate nobody trusts, and says so', async () => {
    await using server = await startScriptedServer((_request, response) => sendJson(response, 200, {}), tls);
    const error = await failureOf(get(transport(), new URL(server.origin)));
    expect(error).toMatchObject({ code: 'http', details: { phase: 'certificate' } });
    expect(error.message).toContain('certificate');
  });

  it.each([
    ['its authority is added', { ca: [tls.cert] }],
    ['checks are switched off', { rejectUnauthorized: false }],
  ])('takes it when %s', async (_how, environment) => {
    await using server = await startScriptedServer(
      (_request, response) => sendJson(response, 200, 'hello'),
      tls,
    );
    expect(await get(transport({ environment }), new URL(server.origin))).toBe('"hello"');
  });

  /** A proxy that knows one host, wherever the tunnel is asked to go. */
  async function tunnel(port: number, password?: string): Promise<{ origin: string; asked: string[] }> {
    const asked: string[] = [];
    const proxy = createHttpServer((_request, response) => response.writeHead(500).end());
    proxy.on('connect', (request, client) => {
      asked.push(request.url ?? '');
      const given = request.headers['proxy-authorization'];
      if (password !== undefined && given !== `Basic ${Buffer.from(`user:${password}`).toString('base64')}`) {
        client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      const upstream = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    opened.push({
      close: () => new Promise((resolve) => proxy.close(() => resolve()).closeAllConnections()),
    });
    return { origin: `127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
  }

  it('reaches other machines through the proxy, with the environment’s certificates', async () => {
    await using server = await startScriptedServer(
      (_request, response) => sendJson(response, 200, 'through'),
      tls,
    );
    const proxy = await tunnel(server.port, 'hunter2');
    const environment = { proxyUrl: `http://user:hunter2@${proxy.origin}`, ca: [tls.cert] };
    expect(await get(transport({ environment }), new URL('https://tenant.test/'))).toBe('"through"');
    expect(proxy.asked).toEqual(['tenant.test:443']);
  });

  it('names the proxy when it refuses, without its password', async () => {
    const proxy = await tunnel(9, 'right');
    const environment = { proxyUrl: `http://user:hunter2@${proxy.origin}` };
    const error = await failureOf(get(transport({ environment }), new URL('https://tenant.test/')));
    expect(error).toMatchObject({ code: 'http', details: { phase: 'proxy' } });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter2');
  });

  it('never takes the proxy to this machine', async () => {
    await using server = await startScriptedServer((_request, response) => sendJson(response, 200, 'direct'));
    const proxy = await tunnel(9);
    expect(
      await get(transport({ environment: { proxyUrl: `http://${proxy.origin}` } }), new URL(server.origin)),
    ).toBe('"direct"');
    expect(proxy.asked).toEqual([]);
  });

  it('refuses a proxy setting that is no address, without repeating it', async () => {
    const error = await failureOf(
      get(transport({ environment: { proxyUrl: 'user:hunter2@proxy' } }), new URL('https://tenant.test/')),
    );
    expect(error).toMatchObject({ code: 'invalidInput', details: { field: 'proxy' } });
    expect(inspect(error, { depth: 9 })).not.toContain('hunter2');
  });
});
