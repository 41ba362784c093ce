import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { quoted, type ApiCall } from '../api/apiErrors';
import { parseHttpUrl } from '../api/httpUrl';
import { readJson } from '../api/response';
import type { HttpTransport } from '../api/transport';
import type { RunContext } from '../ports';
import { SyncError } from '../syncError';
import { fetchAccount, type Account } from './account';
import { openCallbackServer, type CallbackResult, type CallbackServer } from './callbackServer';
import { Credentials } from './credentials';

export interface BrowserSignInOptions {
  readonly transport: HttpTransport;
  readonly apiUrl: string;
  readonly provider: 'github' | 'google';
  /** Shows the address in the user's browser. It holds the state, no token. A SyncError of it passes as it is. */
  readonly openBrowser: (url: string) => Promise<unknown>;
  /** Fixed by the control plane at 8765 (cloud.md 3.5); another one only in tests. */
  readonly port?: number;
  /** Default 300 s. */
  readonly timeoutMs?: number;
}

export interface SignedIn {
  readonly credentials: Credentials;
  readonly account: Account;
}

const authorizeSchema = z.object({ authorize_url: z.string() });

/**
 * Signs in through the browser (cloud.md 3.6, plus a `state` that ties the callback to this attempt), and asks whose
 * token it is. Nothing is stored: see writeCredentials.
 *
 * @throws SyncError `unauthorized` when the provider refuses or nobody answers in time, `io` when the callback port is
 * taken, `cancelled`, or what the control plane's answer leads to
 */
export async function browserSignIn(options: BrowserSignInOptions, context: RunContext): Promise<SignedIn> {
  const state = randomBytes(32).toString('base64url');
  const server = await openCallbackServer(options.port ?? 8_765, state);
  try {
    const url = await authorizeUrl(options, server.redirectUri, context);
    context.progress({ message: 'Waiting for the sign-in in your browser' });
    // Some hosts tell that the browser is open only when it is closed again: waiting for that would miss the callback.
    const notOpened = options.openBrowser(url).then(() => new Promise<never>(() => {}), rejectUnopened);
    const limit = options.timeoutMs ?? 300_000;
    const callback = await Promise.race([firstCallback(server, limit, context.signal), notOpened]);
    if (callback.kind === 'refused') throw refused(callback.error);
    const account = await fetchAccount(options.transport, options.apiUrl, callback.token, context);
    const at = new Date(context.now()).toISOString();
    const credentials = new Credentials({
      apiToken: callback.token,
      apiUrl: options.apiUrl,
      userEmail: account.email,
      authenticatedAt: at,
      lastValidatedAt: at,
    });
    return { credentials, account };
  } finally {
    await server.close();
  }
}

async function authorizeUrl(
  options: BrowserSignInOptions,
  redirectUri: string,
  context: RunContext,
): Promise<string> {
  const base = parseHttpUrl(options.apiUrl, 'apiUrl');
  const url = new URL(
    `${base.origin}${base.pathname.replace(/\/$/, '')}/api/v1/auth/oauth/${options.provider}`,
  );
  url.searchParams.set('redirect_uri', redirectUri);
  const call: ApiCall = { operation: 'authorizeUrl', url, secrets: [] };
  const answer = await options.transport.send(
    { method: 'GET', url, headers: { accept: 'application/json' } },
    context.signal,
    (response) => readJson(response, call, context.now(), { schema: authorizeSchema, limitBytes: 64 * 1024 }),
  );
  return checkedPage(answer.authorize_url, url);
}

/** The browser is sent to web pages only: a `file:` or `vscode:` address from a server would open something else. */
function checkedPage(address: string, asked: URL): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === asked.hostname))
    return url.href;
  throw new SyncError('http', `${asked.host} named no web page to sign in at.`, {
    hint: 'Check the address of the API.',
    details: { host: asked.host },
  });
}

async function firstCallback(
  server: CallbackServer,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<CallbackResult> {
  const over = AbortSignal.timeout(timeoutMs);
  const stop = signal ? AbortSignal.any([signal, over]) : over;
  let stopped = (): void => {};
  const interrupted = new Promise<never>((_resolve, reject) => {
    stopped = () => reject(signal?.aborted ? cancelled(signal) : timedOut(timeoutMs));
    stop.addEventListener('abort', stopped, { once: true });
  });
  if (stop.aborted) stopped();
  try {
    return await Promise.race([server.result, interrupted]);
  } finally {
    stop.removeEventListener('abort', stopped);
  }
}

function rejectUnopened(cause: unknown): never {
  if (SyncError.is(cause)) throw cause;
  throw new SyncError('io', 'The browser could not be opened for the sign-in.', {
    hint: 'Choose a default browser, or set a token by hand.',
    cause,
  });
}

function cancelled(signal: AbortSignal): SyncError {
  return new SyncError('cancelled', 'Cancelled.', { cause: signal.reason });
}

function timedOut(timeoutMs: number): SyncError {
  return new SyncError('unauthorized', `No sign-in came back within ${Math.ceil(timeoutMs / 1_000)} s.`, {
    hint: 'Start the sign-in again and finish it in the browser.',
  });
}

function refused(said: string): SyncError {
  return new SyncError('unauthorized', `The sign-in was refused: ${quoted(said, [])}`, {
    hint: 'Try again, or choose another account or provider.',
  });
}
