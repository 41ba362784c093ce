import type { RunContext } from '../ports';
import { SyncError } from '../syncError';
import type { ApiCall } from './apiErrors';
import {
  endpointsOf,
  type ApiOperation,
  type Endpoint,
  type EndpointTarget,
  type TokenAuthority,
} from './endpoints';
import { isRetriable, retrying, type RetryClock, type RetryConfig } from './retry';
import { createServiceTokens, type ExchangeClient, type ServiceTokens } from './tokenExchange';
import type { HttpResponse, HttpTransport, RequestBody } from './transport';

/** What the calls of one client share. */
export interface ApiSession {
  readonly target: EndpointTarget;
  readonly operatorToken: string;
  readonly client: ExchangeClient;
  readonly transport: HttpTransport;
  readonly retry: RetryConfig;
  readonly clock: RetryClock;
  /** Service tokens by authority; each authority is asked by one flight at a time. */
  readonly tokens: Map<string, ServiceTokens>;
  /** Which prefix of the control plane last answered, so that the other is not asked in vain each time. */
  prefix: 'flat' | 'data';
}

export interface ApiRequest<T> {
  readonly operation: ApiOperation;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  readonly read: (response: HttpResponse, call: ApiCall, endpoint: Endpoint) => Promise<T>;
  /** Which failures are worth a repetition. Default {@link isRetriable}. */
  readonly isRetriable?: (error: unknown) => boolean;
  /**
   * For requests that must not take effect twice: called before the body is sent again, whatever the reason. Its
   * result, when there is one, is the result of the call.
   */
  readonly beforeRepeat?: () => Promise<{ readonly result: T } | undefined>;
}

/**
 * One operation with everything that belongs to it: the right address (with the older prefix's fallback on 404), the
 * right token (minted again once on 401, which costs no attempt), and patience.
 *
 * @throws SyncError see apiErrors and transportError
 */
export async function callApi<T>(
  session: ApiSession,
  context: RunContext,
  request: ApiRequest<T>,
): Promise<T> {
  const state: CallState = { reminted: false, bodySent: false };
  return retrying(() => tryEndpoints(session, context, request, state), {
    config: session.retry,
    clock: session.clock,
    signal: context.signal,
    isRetriable: request.isRetriable ?? isRetriable,
    onRetry: ({ error, attempt, delayMs }) => {
      const seconds = (delayMs / 1_000).toFixed(1);
      const reason = SyncError.is(error) ? error.message : 'it failed';
      context.logger.debug(
        `${request.operation.name}: attempt ${attempt} of ${session.retry.maxAttempts} failed, next in ${seconds} s. ${reason}`,
      );
      context.progress({ message: `Trying again in ${seconds} s` });
    },
  });
}

interface CallState {
  reminted: boolean;
  /** The body was sent, and the answer did not rule out that it took effect. */
  bodySent: boolean;
}

async function tryEndpoints<T>(
  session: ApiSession,
  context: RunContext,
  request: ApiRequest<T>,
  state: CallState,
): Promise<T> {
  const endpoints = endpointsOf(session.target, request.operation);
  const ordered = [...endpoints].sort((a, b) => rank(a, session) - rank(b, session));
  let missing: SyncError | undefined;
  for (const endpoint of ordered) {
    try {
      const result = await authorized(session, context, request, endpoint, state);
      if (ordered.length > 1) session.prefix = endpoint.envelope;
      return result;
    } catch (error) {
      if (!SyncError.is(error) || error.details?.['status'] !== 404) throw error;
      missing ??= error;
      // A route that does not exist has done nothing.
      state.bodySent = false;
    }
  }
  throw missing ?? new SyncError('internal', `No address for ${request.operation.name}.`);
}

function rank(endpoint: Endpoint, session: ApiSession): number {
  return endpoint.envelope === session.prefix ? 0 : 1;
}

async function authorized<T>(
  session: ApiSession,
  context: RunContext,
  request: ApiRequest<T>,
  endpoint: Endpoint,
  state: CallState,
): Promise<T> {
  const { auth } = endpoint;
  const send = (token: string): Promise<T> => sendOnce(session, context, request, endpoint, token, state);
  if (auth.kind === 'service') return withServiceToken(session, context, auth, state, send);
  if (!auth.otherwise) return send(session.operatorToken);
  // An authority that had to be asked before will have to be asked again.
  if (session.tokens.has(auth.otherwise.authority)) {
    return withServiceToken(session, context, auth.otherwise, state, send);
  }
  try {
    return await send(session.operatorToken);
  } catch (error) {
    if (!isTokenRefused(error)) throw error;
    context.logger.debug(`${request.operation.name}: the operator token was refused, exchanging it`);
    return withServiceToken(session, context, auth.otherwise, state, send);
  }
}

async function withServiceToken<T>(
  session: ApiSession,
  context: RunContext,
  authority: TokenAuthority,
  state: CallState,
  send: (token: string) => Promise<T>,
): Promise<T> {
  const tokens = tokensOf(session, authority);
  const token = await tokens.get(context);
  try {
    return await send(token);
  } catch (error) {
    if (state.reminted || !isTokenRefused(error)) throw error;
    state.reminted = true;
    context.logger.debug('The service token was refused, minting another');
    return send(await tokens.renew(token, context));
  }
}

function isTokenRefused(error: unknown): boolean {
  return SyncError.is(error, 'unauthorized') && error.details?.['status'] === 401;
}

async function sendOnce<T>(
  session: ApiSession,
  context: RunContext,
  request: ApiRequest<T>,
  endpoint: Endpoint,
  token: string,
  state: CallState,
): Promise<T> {
  if (state.bodySent && request.beforeRepeat) {
    const done = await request.beforeRepeat();
    if (done) return done.result;
    state.bodySent = false;
  }
  const { body } = request;
  const secrets = [token, session.operatorToken, session.client.clientSecret ?? ''];
  const call: ApiCall = { operation: request.operation.name, url: endpoint.url, secrets };
  return session.transport.send(
    {
      method: endpoint.method,
      url: endpoint.url,
      headers: { authorization: `Bearer ${token}`, ...request.headers },
      body: body && {
        sizeBytes: body.sizeBytes,
        open: () => {
          state.bodySent = true;
          return body.open();
        },
      },
    },
    context.signal,
    (response) => request.read(response, call, endpoint),
  );
}

function tokensOf(session: ApiSession, { authority, resource }: TokenAuthority): ServiceTokens {
  const known = session.tokens.get(authority);
  if (known) return known;
  const { transport, operatorToken, client } = session;
  const created = createServiceTokens({ transport, authority, resource, operatorToken, client });
  session.tokens.set(authority, created);
  return created;
}
