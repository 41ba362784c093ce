import { SyncError, type SyncErrorCode, type SyncErrorDetails } from '../syncError';
import type { ApiOperation } from './endpoints';
import { parseErrorAnswer, type ErrorAnswer } from './errorEnvelope';

/** Why a request was refused, for callers that react: `details.reason` of the error. */
export type RefusalReason =
  | 'clientId'
  | 'notSignedIn'
  | 'wrongUserType'
  | 'forbidden'
  | 'takesNoPushes'
  | 'takesNoDeletions'
  | 'notFound'
  | 'conflict'
  | 'tooLarge'
  | 'rateLimited'
  | 'serverFailed'
  | 'redirected'
  | 'refused'
  | 'html'
  | 'undecodable';

/** What was asked, for messages and for telling one 404 from another. */
export interface ApiCall {
  readonly operation: ApiOperation['name'] | 'tokenExchange' | 'account' | 'authorizeUrl';
  readonly url: URL;
  /** Values that must not come back in a message, however the server uses them. */
  readonly secrets: readonly string[];
}

export interface RefusedAnswer {
  readonly status: number;
  /** At most the first kilobytes. */
  readonly body: string;
  readonly traceId?: string | undefined;
  readonly location?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

interface Refusal {
  readonly code: SyncErrorCode;
  readonly reason: RefusalReason;
  readonly message: string;
  readonly hint: string;
  readonly details?: SyncErrorDetails;
}

/** The error of an answer that says no: what it means for the user, what to do next, and what the server said. */
export function refusalError(call: ApiCall, answer: RefusedAnswer): SyncError {
  const said = parseErrorAnswer(answer.body);
  const refusal = judge(call, answer, said);
  const quote = said.message ? ` The server says: ${quoted(said.message, call.secrets)}` : '';
  const traceId = answer.traceId ?? said.traceId;
  return new SyncError(refusal.code, refusal.message + quote, {
    hint: refusal.hint,
    details: {
      reason: refusal.reason,
      status: answer.status,
      host: call.url.host,
      ...(said.code === undefined ? {} : { serverCode: quoted(said.code, call.secrets) }),
      ...(traceId === undefined ? {} : { traceId: quoted(traceId, call.secrets) }),
      ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
      ...(said.fields.length ? { fields: said.fields.map((field) => quoted(field, call.secrets)) } : {}),
      ...refusal.details,
    },
  });
}

/** A 2xx answer that is a web page: a sign-in page of a network or proxy, or a wrong address. */
export function htmlError(call: ApiCall, status: number): SyncError {
  return new SyncError('http', `${call.url.host} answered with a web page instead of data.`, {
    hint: 'Check the address; on a guest network sign in there first, behind a proxy check its settings.',
    details: { reason: 'html', status, host: call.url.host },
  });
}

/** A 2xx answer that is not what was asked for. `problem` names the place, never the content. */
export function undecodableError(call: ApiCall, status: number, problem: string): SyncError {
  return new SyncError('http', `The answer of ${call.url.host} cannot be understood: ${problem}.`, {
    hint: 'Check that the address is that of a systemprompt.io server, and that a proxy does not change its answers.',
    details: { reason: 'undecodable', status, host: call.url.host },
  });
}

function judge(call: ApiCall, answer: RefusedAnswer, said: ErrorAnswer): Refusal {
  const { status } = answer;
  const host = call.url.host;
  if (status >= 300 && status < 400) return redirected(host, answer, call.secrets);
  if (status === 429) return rateLimited(host, answer);
  if (status >= 500) return serverFailed(host, answer);
  if (call.operation === 'tokenExchange') return exchangeRefused(host, status, said);
  if (status === 401) return notSignedIn(host);
  if (status === 403) return forbidden(host, call);
  if ((status === 404 || status === 405) && takesFiles(call)) return takesNoChanges(host, call);
  if (status === 404 || status === 405) return notFound(host, call);
  if (status === 409 && call.operation === 'deploy') return deploysAlready(host);
  if (status === 409 || status === 412) return conflict(host, said, call.secrets);
  if (status === 413) return tooLarge(host, said);
  return {
    code: 'apiError',
    reason: 'refused',
    message: `${host} refused the request (${status}).`,
    hint: 'The request itself was not accepted; the log names what the server objects to.',
  };
}

function takesFiles(call: ApiCall): boolean {
  return call.operation === 'uploadFiles' || call.operation === 'deleteFiles';
}

function exchangeRefused(host: string, status: number, said: ErrorAnswer): Refusal {
  const about = `${said.code ?? ''} ${said.message ?? ''}`;
  if (said.code === 'invalid_client' || said.code === 'unauthorized_client' || /client_id/.test(about)) {
    return {
      code: 'unauthorized',
      reason: 'clientId',
      message: `${host} did not accept the OAuth client of the token exchange (${status}).`,
      hint: 'Set the client id that this server knows (--client-id, default sp_web) and, where it has one, its secret.',
    };
  }
  if (status === 404 || status === 405) {
    return {
      code: 'unsupported',
      reason: 'notFound',
      message: `${host} has no token exchange (${status}).`,
      hint: 'Check the tenant’s address: it must be a systemprompt.io server or a tenant endpoint.',
    };
  }
  return {
    code: 'unauthorized',
    reason: 'notSignedIn',
    message: `${host} did not exchange the token (${status}).`,
    hint: 'Sign in again or set a valid token; the server must trust the issuer of the token and grant it a scope.',
  };
}

function notSignedIn(host: string): Refusal {
  return {
    code: 'unauthorized',
    reason: 'notSignedIn',
    message: `${host} did not accept the token (401).`,
    hint: 'Sign in again, or set a valid token (SYSTEMPROMPT_API_TOKEN).',
  };
}

function forbidden(host: string, call: ApiCall): Refusal {
  const files = takesFiles(call) || call.operation === 'manifest' || call.operation === 'downloadFiles';
  return {
    code: 'unauthorized',
    reason: files ? 'wrongUserType' : 'forbidden',
    message: files
      ? `${host} lets only service tokens reach its files, and the exchange gave one of another type (403).`
      : `${host} does not allow this with your token (403).`,
    hint: files
      ? 'Ask the operator for an OAuth client whose only scope is "service" and give it with --client-id, or use a tenant endpoint.'
      : 'Ask the owner of the tenant for access, or sign in with another account.',
  };
}

function takesNoChanges(host: string, call: ApiCall): Refusal {
  const hint =
    'Run the tenant endpoint beside the deployment (systemprompt-sync tenant serve) and give its address with --origin.';
  if (call.operation === 'deleteFiles') {
    return { code: 'unsupported', reason: 'takesNoDeletions', message: `${host} takes no deletions.`, hint };
  }
  const message = `${host} takes no pushes: servers from 0.23 on have no upload.`;
  return { code: 'unsupported', reason: 'takesNoPushes', message, hint };
}

function notFound(host: string, call: ApiCall): Refusal {
  return {
    code: 'apiError',
    reason: 'notFound',
    message: `${host} has nothing at ${call.url.pathname} (404).`,
    hint: 'Check the tenant id and the address; the tenant may have been deleted, or the server may not offer this.',
  };
}

function conflict(host: string, said: ErrorAnswer, secrets: readonly string[]): Refusal {
  const moved = said.paths.map((path) => quoted(path, secrets));
  const names = moved.slice(0, 3).join(', ') + (moved.length > 3 ? ` and ${moved.length - 3} more` : '');
  return {
    code: 'conflict',
    reason: 'conflict',
    message: `The files on ${host} changed since they were compared${names ? `: ${names}` : ''}. Nothing was changed.`,
    hint: 'Compare again, look at what moved, and repeat.',
    details: { paths: moved },
  };
}

function deploysAlready(host: string): Refusal {
  return {
    code: 'apiError',
    reason: 'conflict',
    message: `${host} is busy with another deployment of this tenant (409).`,
    hint: 'Wait until it has finished, then release again.',
  };
}

function tooLarge(host: string, said: ErrorAnswer): Refusal {
  const limit = said.maxBodyBytes;
  return {
    code: 'apiError',
    reason: 'tooLarge',
    message: `The upload is larger than ${host} takes${limit === undefined ? '' : ` (${limit} bytes)`} (413).`,
    hint: 'Push fewer files at once, or raise the body limit of the server (2 MiB by default).',
    details: limit === undefined ? {} : { maxBodyBytes: limit },
  };
}

function rateLimited(host: string, { retryAfterMs }: RefusedAnswer): Refusal {
  const when = retryAfterMs === undefined ? 'a moment' : `${Math.ceil(retryAfterMs / 1_000)} s`;
  return {
    code: 'apiError',
    reason: 'rateLimited',
    message: `${host} asks for fewer requests (429).`,
    hint: `Wait ${when} and try again.`,
  };
}

function serverFailed(host: string, { status }: RefusedAnswer): Refusal {
  return {
    code: 'apiError',
    reason: 'serverFailed',
    message: `${host} failed to answer (${status}).`,
    hint:
      status === 500
        ? 'The server reports an error of its own; its log has the cause under the trace id.'
        : 'The server or something before it is not available; try again later.',
  };
}

function redirected(host: string, { status, location }: RefusedAnswer, secrets: readonly string[]): Refusal {
  const target = location !== undefined && URL.canParse(location) ? new URL(location).host : undefined;
  return {
    code: 'apiError',
    reason: 'redirected',
    message: `${host} redirects${target ? ` to ${quoted(target, secrets)}` : ''} (${status}); the token is not sent on.`,
    hint: 'If the new address is right, set it as the address of the tenant or the API.',
  };
}

/** A server's words, made fit to print: one line, bounded, and without the values we sent in confidence. */
export function quoted(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '[hidden]');
  clean = clean
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[hidden]')
    .replace(/(:\/\/[^\s:@/]*):[^\s@/]+@/g, '$1:[hidden]@')
    // Controls and marks that reorder text: a server must not draw on a terminal.
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim();
  return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean;
}
