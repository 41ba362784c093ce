import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errnoOf, messageOf, SyncError } from '../syncError';

/** What the browser brought back. */
export type CallbackResult =
  { readonly kind: 'token'; readonly token: string } | { readonly kind: 'refused'; readonly error: string };

export interface CallbackServer {
  /** Where the provider has to send the browser, the state included. */
  readonly redirectUri: string;
  /** The first valid callback. Never settles on its own: whoever waits sets the limit. */
  readonly result: Promise<CallbackResult>;
  close(): Promise<void>;
}

/**
 * Listens on loopback for one sign-in (cloud.md 3.6). A callback counts only with our `state`, so that no page can slip
 * in the token of another account; the first one that does settles the result, later ones are told so.
 *
 * @throws SyncError `io` when the port is taken
 */
export async function openCallbackServer(port: number, state: string): Promise<CallbackServer> {
  let settle = (_result: CallbackResult): void => {};
  const result = new Promise<CallbackResult>((resolve) => (settle = resolve));
  let settled = false;
  const server = createServer((request, response) => {
    const callback = settled ? undefined : readCallback(request, state, listening());
    if (callback) {
      settled = true;
      settle(callback);
    }
    answer(response, callback);
  });
  server.maxHeadersCount = 100;
  server.headersTimeout = 10_000;
  const listening = (): number => (server.address() as AddressInfo | null)?.port ?? port;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(port, error)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    redirectUri: `http://127.0.0.1:${listening()}/callback?state=${state}`,
    result,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // A browser that keeps its connection must not keep us: the page it needs has been sent by then.
        setTimeout(() => server.closeAllConnections(), 500).unref();
      }),
  };
}

function readCallback(request: IncomingMessage, state: string, port: number): CallbackResult | undefined {
  if (request.method !== 'GET') return undefined;
  // Another host name that resolves to this machine is how a web page would reach us.
  if (request.headers.host !== `127.0.0.1:${port}` && request.headers.host !== `localhost:${port}`)
    return undefined;
  const [path, ...query] = (request.url ?? '').split('?');
  if (path !== '/callback') return undefined;
  // A provider that appends its own "?" to our address leaves two of them.
  const parameters = new URLSearchParams(query.join('&'));
  if (!sameText(parameters.get('state') ?? '', state)) return undefined;
  const error = parameters.get('error');
  if (error !== null) return { kind: 'refused', error: parameters.get('error_description') ?? error };
  const token = parameters.get('access_token') ?? '';
  return /^[\x21-\x7e]{1,16384}$/.test(token) ? { kind: 'token', token } : undefined;
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Takes the token out of the address bar and the history. */
const script = "history.replaceState(null, '', '/');";
const scriptDigest = createHash('sha256').update(script).digest('base64');

function answer(response: ServerResponse, callback: CallbackResult | undefined): void {
  const [status, title, text] = callback
    ? callback.kind === 'token'
      ? [200, 'Signed in', 'You can close this page and go back to your editor.']
      : [200, 'Not signed in', 'The provider refused. Go back to your editor to try again.']
    : [
        400,
        'Nothing to do here',
        'This address only takes the answer of a sign-in that was started in the editor.',
      ];
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'content-security-policy': `default-src 'none'; script-src 'sha256-${scriptDigest}'; frame-ancestors 'none'`,
    connection: 'close',
  });
  response.end(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>` +
      `<body><h1>${title}</h1><p>${text}</p><script>${script}</script></body></html>`,
  );
}

function listenError(port: number, error: Error): SyncError {
  if (errnoOf(error) !== 'EADDRINUSE') {
    return new SyncError('io', `Port ${port} cannot be opened for the sign-in: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return new SyncError('io', `Port ${port} is in use, and the sign-in needs it.`, {
    hint: 'Finish or cancel the other sign-in (or end the program on that port), or set a token by hand.',
    details: { port },
    cause: error,
  });
}
