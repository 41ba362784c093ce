import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpTransport, type HttpTransport } from '../../../src/core/api/transport';
import { quietContext, type Logger } from '../../../src/core/ports';
import {
  browserSignIn,
  type BrowserSignInOptions,
  type SignedIn,
} from '../../../src/core/signIn/browserSignIn';
import type { SyncError } from '../../../src/core/syncError';
import { sendJson, startScriptedServer, type ScriptedServer } from '../../support/scriptedServer';

const token = 'seeded-browser-token';
const transports: HttpTransport[] = [];
afterEach(async () => {
  await Promise.all(transports.splice(0).map((transport) => transport.close()));
});

/** A control plane that answers the two requests of a sign-in. */
function startControlPlane(authorizeUrl = 'https://provider.example.com/authorize'): Promise<ScriptedServer> {
  return startScriptedServer((request, response) => {
    if (request.path === '/api/v1/auth/oauth/github')
      return sendJson(response, 200, { authorize_url: authorizeUrl });
    if (request.path === '/api/v1/auth/me' && request.headers.authorization === `Bearer ${token}`) {
      return sendJson(response, 200, {
        user: { id: 'u1', email: 'ops@example.com' },
        tenants: [{ id: 't1', name: 'One', database_url: '' }],
      });
    }
    return sendJson(response, 401, { error: { code: 'unauthorized', message: 'no' } });
  });
}

type Visit = (callback: URL) => Promise<void>;

function signIn(
  server: ScriptedServer,
  visit: Visit,
  changes: Partial<BrowserSignInOptions> = {},
  context = quietContext(),
): Promise<SignedIn> {
  const transport = createHttpTransport();
  transports.push(transport);
  const openBrowser = (): Promise<void> => visit(new URL(server.seen[0]!.query.get('redirect_uri')!));
  return browserSignIn(
    {
      transport,
      apiUrl: server.origin,
      provider: 'github',
      openBrowser,
      port: 0,
      timeoutMs: 5_000,
      ...changes,
    },
    context,
  );
}

interface Page {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

function visitPage(url: string, options: { method?: string; host?: string } = {}): Promise<Page> {
  return new Promise((resolve, reject) => {
    const headers = options.host === undefined ? {} : { host: options.host };
    const request = httpRequest(url, { method: options.method ?? 'GET', headers }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    request.on('error', reject);
    request.end();
  });
}

const withToken = (callback: URL, value = token): string => {
  const url = new URL(callback);
  url.searchParams.set('access_token', value);
  return url.href;
};

async function failureOf(run: Promise<unknown>): Promise<SyncError> {
  return run.then(
    () => Promise.reject(new Error('succeeded')),
    (error: SyncError) => error,
  );
}

describe('browserSignIn', () => {
  it('asks for the provider’s page, takes the callback and asks whose token it is', async () => {
    await using server = await startControlPlane();
    let page: Page | undefined;
    const { credentials, account } = await signIn(server, async (callback) => {
      expect(callback.hostname).toBe('127.0.0.1');
      expect(callback.pathname).toBe('/callback');
      expect(callback.searchParams.get('state')).toMatch(/^[\w-]{43}$/);
      page = await visitPage(withToken(callback));
    });
    expect(credentials).toMatchObject({ apiUrl: server.origin, userEmail: 'ops@example.com' });
    expect(credentials.apiToken).toBe(token);
    expect(account.tenants).toMatchObject([{ id: 't1', name: 'One' }]);
    expect(page).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
    });
    expect(page!.text).toContain('Signed in');
    expect(page!.text).not.toContain(token);
  });

  it('opens the page that the control plane names', async () => {
    await using server = await startControlPlane();
    let opened = '';
    const stop = new AbortController();
    const openBrowser = async (url: string): Promise<void> => {
      opened = url;
      stop.abort();
    };
    await failureOf(signIn(server, async () => {}, { openBrowser }, quietContext({ signal: stop.signal })));
    expect(opened).toBe('https://provider.example.com/authorize');
  });

  it('understands a provider that appends a second question mark', async () => {
    await using server = await startControlPlane();
    const { credentials } = await signIn(server, async (callback) => {
      await visitPage(`${callback.href}?access_token=${token}`);
    });
    expect(credentials.apiToken).toBe(token);
  });

  it.each<[string, (callback: URL) => string, { method?: string; host?: string }]>([
    ['without the state', (callback) => `${callback.origin}/callback?access_token=other`, {}],
    ['with another state', (callback) => `${callback.origin}/callback?state=x&access_token=other`, {}],
    ['with an empty token', (callback) => withToken(callback, ''), {}],
    ['with a token that holds blanks', (callback) => withToken(callback, 'a b'), {}],
    ['at another path', (callback) => withToken(callback, 'other').replace('/callback', '/callback/x'), {}],
    ['by POST', (callback) => withToken(callback, 'other'), { method: 'POST' }],
    ['under another host name', (callback) => withToken(callback, 'other'), { host: 'evil.example.com' }],
    ['of an error without the state', (callback) => `${callback.origin}/callback?error=access_denied`, {}],
  ])('passes over a callback %s and waits for the right one', async (_what, address, options) => {
    await using server = await startControlPlane();
    let refused: Page | undefined;
    const { credentials } = await signIn(server, async (callback) => {
      refused = await visitPage(address(callback), options);
      await visitPage(withToken(callback));
    });
    expect(refused!.status).toBe(400);
    expect(credentials.apiToken).toBe(token);
  });

  it('counts only the first callback', async () => {
    await using server = await startControlPlane();
    const statuses: number[] = [];
    const { credentials } = await signIn(server, async (callback) => {
      const visits = [token, 'second', 'third'].map((value) => visitPage(withToken(callback, value)));
      for (const visit of await Promise.allSettled(visits)) {
        if (visit.status === 'fulfilled') statuses.push(visit.value.status);
      }
    });
    expect(credentials.apiToken).toBe(token);
    await expect.poll(() => statuses.filter((status) => status === 200).length).toBe(1);
  });

  it('does not wait for a browser that never says it is open', async () => {
    await using server = await startControlPlane();
    const openBrowser = (): Promise<void> => {
      void visitPage(withToken(new URL(server.seen[0]!.query.get('redirect_uri')!)));
      return new Promise(() => {});
    };
    expect((await signIn(server, async () => {}, { openBrowser })).credentials.apiToken).toBe(token);
  });

  it('ends when the browser cannot be opened', async () => {
    await using server = await startControlPlane();
    const run = signIn(server, () => Promise.reject(new Error('no browser')));
    expect(await failureOf(run)).toMatchObject({ code: 'io', cause: new Error('no browser') });
  });

  it('says what the provider refused', async () => {
    await using server = await startControlPlane();
    const run = signIn(server, async (callback) => {
      callback.searchParams.set('error', 'access_denied');
      callback.searchParams.set('error_description', 'the user said no');
      await visitPage(callback.href);
    });
    expect(await failureOf(run)).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('the user said no') as string,
    });
  });

  it('gives up when nobody comes back, and frees the port', async () => {
    await using server = await startControlPlane();
    let port = 0;
    const run = signIn(server, async (callback) => void (port = Number(callback.port)), { timeoutMs: 50 });
    expect(await failureOf(run)).toMatchObject({ code: 'unauthorized' });
    await expect(visitPage(`http://127.0.0.1:${port}/callback`)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('stops waiting when it is cancelled', async () => {
    await using server = await startControlPlane();
    const stop = new AbortController();
    const run = signIn(server, async () => stop.abort(), {}, quietContext({ signal: stop.signal }));
    expect(await failureOf(run)).toMatchObject({ code: 'cancelled' });
  });

  it('says when the port is taken', async () => {
    await using server = await startControlPlane();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = other.address() as AddressInfo;
      const error = await failureOf(signIn(server, async () => {}, { port }));
      expect(error).toMatchObject({ code: 'io', details: { port } });
      expect(error.hint).toBeTruthy();
    } finally {
      other.close();
    }
  });

  it.each(['file:///etc/passwd', 'vscode://x/y', 'javascript:alert(1)', 'nonsense'])(
    'does not open %s',
    async (address) => {
      await using server = await startControlPlane(address);
      let opened = false;
      const run = signIn(server, async () => {}, { openBrowser: async () => void (opened = true) });
      expect(await failureOf(run)).toMatchObject({ code: 'http' });
      expect(opened).toBe(false);
    },
  );

  it('shows the token in no log line and no error', async () => {
    await using server = await startControlPlane();
    const lines: string[] = [];
    const record = (line: string): void => void lines.push(line);
    const logger: Logger = { trace: record, debug: record, info: record, warn: record, error: record };
    const context = quietContext({ logger, progress: ({ message }) => record(message) });
    const done = await signIn(
      server,
      async (callback) => void (await visitPage(withToken(callback))),
      {},
      context,
    );
    const wrong = 'seeded-wrong-token';
    await using second = await startControlPlane();
    const error = await failureOf(
      signIn(second, async (callback) => void (await visitPage(withToken(callback, wrong))), {}, context),
    );
    expect(error).toMatchObject({ code: 'unauthorized' });
    const shown = [inspect(done, { depth: 9 }), inspect(error, { depth: 9 }), ...lines].join('\n');
    expect(lines.length).toBeGreaterThan(0);
    expect(shown).not.toContain(token);
    expect(shown).not.toContain(wrong);
  });
});
