import type { RunContext } from '../ports';
import { SyncError } from '../syncError';
import { tokenSchema } from './apiModels';
import { tokenExchangeUrl } from './endpoints';
import { readJson } from './response';
import { tokenExpiryMs } from './tokenExpiry';
import type { HttpTransport } from './transport';

/** Who asks for service tokens, and how (cloud.md 2.5). */
export interface ExchangeClient {
  /** Default `sp_web`, the public client that newer servers use (versions.md). */
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** Space separated; absent asks for all that the token and the client allow. */
  readonly scope?: string | undefined;
  /** `clientCredentials` needs a secret and leaves the operator's token out. Default `tokenExchange`. */
  readonly grant?: 'tokenExchange' | 'clientCredentials' | undefined;
}

export interface ServiceTokens {
  /** A token with some life left; minted when there is none. Calls at the same time share one request. */
  get(context: RunContext): Promise<string>;
  /** A token other than `refused`, which the server did not take. */
  renew(refused: string, context: RunContext): Promise<string>;
}

export interface ServiceTokensOptions {
  readonly transport: HttpTransport;
  /** Base address whose token endpoint is asked. */
  readonly authority: string;
  readonly resource?: string | undefined;
  readonly operatorToken: string;
  readonly client: ExchangeClient;
}

/** What is left of a token's life when it counts as used up; of short-lived tokens half of it. */
const marginMs = 30_000;
/** Life of a token that does not tell (cloud.md 1.5). */
const unknownLifeMs = 300_000;

interface Minted {
  readonly token: string;
  readonly usableUntilMs: number;
}

interface Flight {
  readonly result: Promise<Minted>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * Mints and keeps the service token of one deployment. A refusal is final: there is no fallback to the operator's
 * token, and none to an anonymous request.
 */
export function createServiceTokens(options: ServiceTokensOptions): ServiceTokens {
  let current: Minted | undefined;
  let flight: Flight | undefined;

  const start = (context: RunContext): Flight => {
    const stop = new AbortController();
    const started: Flight = { result: mint(options, { ...context, signal: stop.signal }), stop, waiting: 0 };
    const end = (minted?: Minted): void => {
      if (flight !== started) return;
      flight = undefined;
      current = minted;
    };
    started.result.then(end, () => end());
    return started;
  };

  /** One caller's cancel ends only its own wait; the request stops when nobody waits for it any more. */
  const join = async (context: RunContext): Promise<string> => {
    SyncError.throwIfAborted(context.signal);
    const joined = (flight ??= start(context));
    joined.waiting += 1;
    try {
      return (await untilAborted(joined.result, context.signal)).token;
    } finally {
      joined.waiting -= 1;
      if (joined.waiting === 0) {
        joined.stop.abort();
        if (flight === joined) flight = undefined;
      }
    }
  };

  return {
    get: async (context) =>
      current && context.now() < current.usableUntilMs ? current.token : join(context),
    renew: async (refused, context) => {
      if (current && current.token !== refused && context.now() < current.usableUntilMs) return current.token;
      current = undefined;
      return join(context);
    },
  };
}

async function mint(options: ServiceTokensOptions, context: RunContext): Promise<Minted> {
  const url = tokenExchangeUrl(options.authority);
  const form = new TextEncoder().encode(exchangeForm(options).toString());
  const secrets = [options.operatorToken, options.client.clientSecret ?? ''];
  const call = { operation: 'tokenExchange', url, secrets } as const;
  const answer = await options.transport.send(
    {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: { sizeBytes: form.byteLength, open: () => [form] },
    },
    context.signal,
    (response) => readJson(response, call, context.now(), { schema: tokenSchema, limitBytes: 256 * 1024 }),
  );
  const now = context.now();
  const lifeMs = Math.max(0, lifeOf(answer.access_token, answer.expires_in, now));
  return { token: answer.access_token, usableUntilMs: now + lifeMs - Math.min(marginMs, lifeMs / 2) };
}

function lifeOf(token: string, expiresInSeconds: number | undefined, nowMs: number): number {
  if (expiresInSeconds !== undefined) return expiresInSeconds * 1_000;
  const expiryMs = tokenExpiryMs(token);
  return expiryMs === undefined ? unknownLifeMs : expiryMs - nowMs;
}

/** The form fields of cloud.md 2.5, in the order in which the server checks them. */
export function exchangeForm({
  operatorToken,
  client,
  resource,
}: Omit<ServiceTokensOptions, 'transport' | 'authority'>): URLSearchParams {
  const form = new URLSearchParams();
  if (client.grant === 'clientCredentials') {
    form.set('grant_type', 'client_credentials');
  } else {
    form.set('grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange');
    form.set('subject_token', operatorToken);
    // Only a JWT may be called one: an endpoint with an opaque operator token takes it as an access token.
    const kind = tokenExpiryMs(operatorToken) === undefined ? 'access_token' : 'jwt';
    form.set('subject_token_type', `urn:ietf:params:oauth:token-type:${kind}`);
  }
  form.set('client_id', client.clientId ?? 'sp_web');
  if (client.clientSecret !== undefined) form.set('client_secret', client.clientSecret);
  if (client.scope !== undefined) form.set('scope', client.scope);
  if (resource !== undefined) form.set('resource', resource);
  return form;
}

async function untilAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return result;
  let cancel = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    cancel = () => reject(new SyncError('cancelled', 'Cancelled.', { cause: signal.reason }));
    signal.addEventListener('abort', cancel, { once: true });
  });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
