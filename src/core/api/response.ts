import type * as z from 'zod/mini';
import { SyncError } from '../syncError';
import { htmlError, refusalError, undecodableError, type ApiCall } from './apiErrors';
import { parseRetryAfter } from './retry';
import type { HttpResponse } from './transport';

/** Error bodies beyond this are cut: nobody reads more, and a hostile server must not fill the memory. */
const errorBodyBytes = 64 * 1024;

/**
 * Ends with an error unless the answer is 2xx.
 *
 * @throws SyncError as {@link refusalError} says
 */
export async function requireSuccess(response: HttpResponse, call: ApiCall, nowMs: number): Promise<void> {
  if (response.status >= 200 && response.status < 300) return;
  throw refusalError(call, {
    status: response.status,
    body: await readRefusal(response, call),
    traceId: response.header('x-trace-id'),
    location: response.header('location'),
    retryAfterMs: parseRetryAfter(response.header('retry-after'), nowMs),
  });
}

export interface JsonExpectation<Value> {
  readonly schema: z.ZodMiniType<Value>;
  readonly limitBytes: number;
  /** `data`: the value is inside `{"data": …}`; an answer without that wrapper is taken as it is. */
  readonly envelope?: 'flat' | 'data';
}

/**
 * The checked value of a JSON answer.
 *
 * The parser's own error is not kept as a cause: it repeats a piece of the text, which may be a token.
 *
 * @throws SyncError for a refusal, a web page, an answer over the limit, broken JSON, or one of another shape
 */
export async function readJson<Value>(
  response: HttpResponse,
  call: ApiCall,
  nowMs: number,
  expected: JsonExpectation<Value>,
): Promise<Value> {
  await requireSuccess(response, call, nowMs);
  const { text, cut } = await readText(response, expected.limitBytes, call);
  if (cut) throw undecodableError(call, response.status, `it is larger than ${expected.limitBytes} bytes`);
  if (isHtml(response, text)) throw htmlError(call, response.status);
  const parsed = expected.schema.safeParse(
    unwrap(parseJson(text, response, call), expected.envelope ?? 'flat'),
  );
  if (parsed.success) return parsed.data;
  throw undecodableError(call, response.status, placeOf(parsed.error.issues[0]));
}

/**
 * Ends with an error unless the answer is a 2xx with bytes of an archive: a web page with status 200 must not reach
 * the unpacker as if it were one.
 */
export async function requireArchive(response: HttpResponse, call: ApiCall, nowMs: number): Promise<void> {
  await requireSuccess(response, call, nowMs);
  const type = response.header('content-type') ?? '';
  if (/html/i.test(type)) throw htmlError(call, response.status);
  if (/json/i.test(type))
    throw undecodableError(call, response.status, 'JSON came where an archive was asked for');
}

/** The status says no whether or not its explanation arrives whole. */
async function readRefusal(response: HttpResponse, call: ApiCall): Promise<string> {
  try {
    return (await readText(response, errorBodyBytes, call)).text;
  } catch (error) {
    if (SyncError.is(error, 'http')) return '';
    throw error;
  }
}

async function readText(
  response: HttpResponse,
  limitBytes: number,
  call: ApiCall,
): Promise<{ text: string; cut: boolean }> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body) {
    size += part.byteLength;
    if (size > limitBytes) {
      if (response.status < 300) return { text: '', cut: true };
      break;
    }
    parts.push(part);
  }
  try {
    const fatal = response.status < 300;
    return { text: new TextDecoder('utf-8', { fatal }).decode(Buffer.concat(parts)), cut: false };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw undecodableError(call, response.status, 'it is not UTF-8 text');
  }
}

function isHtml(response: HttpResponse, text: string): boolean {
  return /html/i.test(response.header('content-type') ?? '') || /^\s*<(?:!doctype|html)/i.test(text);
}

function parseJson(text: string, response: HttpResponse, call: ApiCall): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw undecodableError(call, response.status, text === '' ? 'it is empty' : 'it is not complete JSON');
  }
}

function unwrap(value: unknown, envelope: 'flat' | 'data'): unknown {
  if (envelope === 'data' && typeof value === 'object' && value !== null && 'data' in value)
    return value.data;
  return value;
}

function placeOf(
  issue: { readonly path: readonly PropertyKey[]; readonly code?: string | undefined } | undefined,
): string {
  const place = (issue?.path ?? []).map(String).join('.');
  return place === ''
    ? 'it has another shape than expected'
    : `its value "${place.slice(0, 80)}" is missing or of another kind`;
}

/** The error of an answer that told us nothing about whether the request took effect. */
export function leavesOutcomeOpen(error: unknown): boolean {
  if (!SyncError.is(error)) return false;
  const { phase, status, reason } = error.details ?? {};
  if (error.code === 'http')
    return phase === 'interrupted' || phase === 'noProgress' || phase === 'protocol' || reason !== undefined;
  return typeof status === 'number' && status >= 500;
}
