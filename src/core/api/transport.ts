import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { SyncError } from '../syncError';
import { openConnections, type HttpEnvironment } from './httpEnvironment';
import { watchProgress, type ProgressWatch } from './progressWatch';
import { noProgressError, transportError } from './transportError';

/** A request body that can be made anew, so that a request can be repeated. */
export interface RequestBody {
  /** Exact number of bytes when known; without it the body is sent in chunks. */
  readonly sizeBytes?: number | undefined;
  /** Starts the body from its beginning. Called once per attempt. */
  open(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PUT';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** The value of a header by its lower-case name; several values are joined with a comma. */
  header(name: string): string | undefined;
  /** To be read once. Ends with an error when the connection breaks or nothing moves for too long. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface HttpTransportOptions {
  readonly environment?: HttpEnvironment;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** How long nothing may move, in either direction; not a limit on the whole. Default 60 s (issue 4). */
  readonly noProgressMs?: number;
  readonly userAgent?: string;
}

/** HTTP with the limits every call of ours has. Redirects are not followed: the token would go where they point. */
export interface HttpTransport {
  /**
   * Sends a request and hands the answer to `read`; the connection is released when `read` is done, and torn down when
   * it throws or leaves the body unread.
   *
   * @throws SyncError `http` (see transportError) or `cancelled`; whatever `read` throws passes as it is
   */
  send<T>(
    request: HttpRequest,
    signal: AbortSignal | undefined,
    read: (response: HttpResponse) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

/** Parts of this size show whether an upload moves: a bigger one would be one step, however long it takes. */
const uploadPartBytes = 64 * 1024;

export function createHttpTransport(options: HttpTransportOptions = {}): HttpTransport {
  const noProgressMs = options.noProgressMs ?? 60_000;
  const userAgent = options.userAgent ?? 'systemprompt-sync';
  const connect = (keepAlive: boolean) => () =>
    openConnections(options.environment ?? {}, {
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
      keepAlive,
    });
  // What changes something gets a connection of its own: on a shared one, a stray second reply could pass for its answer.
  const reads = once(connect(true));
  const writes = once(connect(false));

  return {
    async send(request, signal, read) {
      SyncError.throwIfAborted(signal);
      const connections = await (request.method === 'GET' ? reads : writes).get();
      const exchange = new AbortController();
      const cancel = (): void => exchange.abort(signal?.reason);
      signal?.addEventListener('abort', cancel, { once: true });
      const watch = watchProgress(noProgressMs, () =>
        exchange.abort(noProgressError(request.url, noProgressMs)),
      );
      const bodyFailure: { error?: unknown } = {};
      const wrap = (error: unknown): unknown =>
        'error' in bodyFailure ? bodyFailure.error : failure(error, request.url, signal, exchange.signal);
      let data: Dispatcher.ResponseData['body'] | undefined;
      try {
        watch.waiting();
        const upload = request.body && sent(request.body, watch, bodyFailure);
        const dispatcher = connections.for(request.url);
        const response = await dispatch(dispatcher, request, userAgent, upload, exchange.signal).catch(
          (error: unknown) => {
            throw wrap(error);
          },
        );
        data = response.body;
        // Tearing down an unread body makes it emit an error that nobody waits for any more.
        data.on('error', () => {});
        watch.waiting();
        return await read({
          status: response.statusCode,
          header: (name) => [response.headers[name]].flat().join(', ') || undefined,
          body: received(data, watch, wrap),
        });
      } finally {
        watch.stop();
        signal?.removeEventListener('abort', cancel);
        data?.destroy();
      }
    },
    async close() {
      await Promise.all([reads, writes].map(async (connections) => (await connections.started())?.close()));
    },
  };
}

async function dispatch(
  dispatcher: Dispatcher,
  { method, url, headers, body }: HttpRequest,
  userAgent: string,
  upload: AsyncIterable<Uint8Array> | undefined,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const undici = await import('undici');
  const length = body?.sizeBytes === undefined ? {} : { 'content-length': String(body.sizeBytes) };
  return undici.request(url, {
    dispatcher,
    method,
    headers: { 'user-agent': userAgent, ...headers, ...length },
    // undici takes any async iterable of bytes; its type names only the streams.
    body: (upload ?? null) as Readable | null,
    signal,
  });
}

/** The upload in small parts. While one is on its way the watch runs; while the next one is made, it rests. */
async function* sent(
  body: RequestBody,
  watch: ProgressWatch,
  failure: { error?: unknown },
): AsyncGenerator<Uint8Array> {
  watch.rest();
  const pieces = body.open();
  try {
    for await (const piece of pieces) {
      for (let start = 0; start < piece.byteLength; start += uploadPartBytes) {
        watch.waiting();
        yield piece.subarray(start, start + uploadPartBytes);
        watch.rest();
      }
    }
  } catch (error) {
    // Kept apart from what the connection does, so that a file that cannot be read is not called a network fault.
    failure.error = error;
    throw error;
  }
  watch.waiting();
}

/** The download. While we wait for bytes the watch runs; while the caller works on them, it rests. */
async function* received(
  data: AsyncIterable<Uint8Array>,
  watch: ProgressWatch,
  wrap: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  const parts = data[Symbol.asyncIterator]();
  for (;;) {
    watch.waiting();
    const part = await parts.next().catch((error: unknown) => {
      throw wrap(error);
    });
    watch.rest();
    if (part.done) return;
    yield part.value;
  }
}

/** Cancelled by the user, stopped by the watch, or a connection that failed. */
function failure(
  error: unknown,
  url: URL,
  signal: AbortSignal | undefined,
  exchange: AbortSignal,
): SyncError {
  if (signal?.aborted) return new SyncError('cancelled', 'Cancelled.', { cause: signal.reason });
  if (SyncError.is(exchange.reason)) return exchange.reason;
  return SyncError.is(error) ? error : transportError(error, url);
}

/** Starts something on first use; `started` tells whether there is anything to close. */
function once<T>(start: () => Promise<T>): { get(): Promise<T>; started(): Promise<T | undefined> } {
  let value: Promise<T> | undefined;
  return {
    get: () => (value ??= start()),
    started: async () => value?.catch(() => undefined),
  };
}
