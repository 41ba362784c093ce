import { setTimeout as delay } from 'node:timers/promises';
import type { HttpTransport } from '../api/transport';
import type { TenantStatus } from '../api/apiModels';
import { parseHttpUrl } from '../api/httpUrl';
import type { RunContext } from '../ports';
import { SyncError } from '../syncError';

export interface WaitInput {
  /** Asks the control plane. */
  readonly status: (context: RunContext) => Promise<TenantStatus>;
  readonly http: HttpTransport;
  readonly appUrl: string | undefined;
  /** What the new version calls itself: its tag, its commit, its digest. */
  readonly versions: readonly string[];
  readonly timeoutMs: number;
  /** Between two questions; grows by half each time. */
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
}

export interface Live {
  /** Who said it: the control plane, or the new version itself. */
  readonly provedBy: 'tenant' | 'health';
  readonly status: string;
  readonly appUrl: string | undefined;
}

/** What the control plane calls a tenant that runs, and one that will not (cloud.md 3.7). */
const ready = /^(?:ready|running|live|active|healthy)$/i;
const failed = /^(?:failed|error|crashed|suspended|deleted)$/i;
/** For one question. */
const questionMs = 15_000;

/**
 * Asks until the tenant reports ready, or its health route answers with the new version.
 *
 * @throws SyncError `apiError` when the tenant reports that it failed, or is not ready in time (details.reason `notReady`);
 *   `unauthorized`, `cancelled`
 */
export async function waitUntilLive(input: WaitInput, context: RunContext): Promise<Live> {
  const { timeoutMs, firstPauseMs = 1000, longestPauseMs = 10_000 } = input;
  const deadline = performance.now() + timeoutMs;
  let pauseMs = firstPauseMs;
  let last = 'it did not answer';
  let appUrl = input.appUrl;
  for (;;) {
    SyncError.throwIfAborted(context.signal);
    const status = await askStatus(input, context);
    if (status !== undefined) {
      appUrl = status.appUrl ?? appUrl;
      if (ready.test(status.status)) return { provedBy: 'tenant', status: status.status, appUrl };
      if (failed.test(status.status)) throw didNotStart(status);
      last = `it reports ${status.status}${status.message === undefined ? '' : `: ${status.message}`}`;
    }
    if (await answersAs(appUrl, input, context))
      return { provedBy: 'health', status: status?.status ?? 'healthy', appUrl };
    if (performance.now() + pauseMs > deadline) throw notReady(timeoutMs, last);
    context.progress({ message: `Waiting for the tenant (${last})` });
    await pause(pauseMs, context.signal);
    pauseMs = Math.min(pauseMs * 1.5, longestPauseMs);
  }
}

/** A control plane that is restarting is asked again; one that refuses is not. */
async function askStatus(input: WaitInput, context: RunContext): Promise<TenantStatus | undefined> {
  try {
    return await input.status(bounded(context));
  } catch (error) {
    SyncError.throwIfAborted(context.signal);
    if (!SyncError.is(error) || error.code === 'unauthorized') throw error;
    context.logger.debug(`status: ${error.message}`);
    return undefined;
  }
}

/** No token travels: the address came from a server, and the route is open (cloud.md 4.5). */
async function answersAs(
  appUrl: string | undefined,
  { http, versions }: WaitInput,
  context: RunContext,
): Promise<boolean> {
  if (appUrl === undefined || versions.length === 0) return false;
  try {
    const url = new URL(`${parseHttpUrl(appUrl, 'app_url').href.replace(/\/$/, '')}/api/v1/health`);
    const { signal } = bounded(context);
    return await http.send({ method: 'GET', url }, signal, async ({ status, body }) => {
      if (status !== 200) return false;
      let text = '';
      for await (const chunk of body) {
        text += Buffer.from(chunk).toString('utf8');
        if (text.length > 64 * 1024) break;
      }
      return versions.some((version) => text.includes(version));
    });
  } catch (error) {
    SyncError.throwIfAborted(context.signal);
    if (!SyncError.is(error)) throw error;
    return false;
  }
}

function bounded(context: RunContext): RunContext {
  const limit = AbortSignal.timeout(questionMs);
  return { ...context, signal: context.signal ? AbortSignal.any([context.signal, limit]) : limit };
}

function didNotStart({ status, message }: TenantStatus): SyncError {
  return new SyncError(
    'apiError',
    `The tenant reports ${status}${message === undefined ? '' : `: ${message}`}.`,
    {
      hint: 'Look at its log, then release again or roll back (deploy rollback TAG).',
      details: { reason: 'failed', status },
    },
  );
}

function notReady(timeoutMs: number, last: string): SyncError {
  return new SyncError(
    'apiError',
    `The tenant was not ready after ${Math.round(timeoutMs / 1000)} s: ${last}.`,
    {
      hint: 'It may still become ready: ask again later, or roll back (deploy rollback TAG).',
      details: { reason: 'notReady' },
    },
  );
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal && { signal });
  } catch (error) {
    SyncError.throwIfAborted(signal);
    throw error;
  }
}
