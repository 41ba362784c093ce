import type { FastifyReply, FastifyRequest } from 'fastify';

import { SyncError } from '../core/syncError';
import { HttpProblem, problemStatus } from './httpProblem';
import { OAuthProblem, oauthStatus } from './oauthProblem';

/** Which of the three error envelopes of cloud.md 2.3 a route answers with. */
export type Envelope = 'deployment' | 'controlPlane' | 'oauth';

export const bearerChallenge = 'Bearer resource_metadata="/.well-known/oauth-protected-resource"';

export interface EnvelopeContext {
  readonly now: () => number;
  /** Where the client's mistakes are not told apart from ours. */
  readonly mistakesAreInternal: boolean;
  readonly textErrors: boolean;
}

/** Answers a failed request in its route's envelope. Unknown errors show nothing of themselves. */
export function sendFailure(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  envelope: Envelope,
  context: EnvelopeContext,
): FastifyReply {
  if (error instanceof OAuthProblem) {
    if (error.code === 'invalid_client') void reply.header('www-authenticate', bearerChallenge);
    void reply.header('cache-control', 'no-store').status(oauthStatus(error.code));
    return reply.send({ error: error.code, error_description: error.message });
  }
  const problem = toProblem(error, context);
  const status = problemStatus[problem.code];
  void reply.status(status).headers(problem.headers);
  if (status === 401) void reply.header('www-authenticate', bearerChallenge);
  if (problem.plainText) return reply.type('text/plain; charset=utf-8').send(problem.message);
  if (envelope === 'controlPlane') {
    const details = problem.details === undefined ? {} : { details: problem.details };
    return reply.send({ error: { code: problem.code, message: problem.message, ...details } });
  }
  if (envelope === 'oauth' && problem.code === 'internal_error') {
    return reply.send({ error: 'server_error', error_description: problem.message });
  }
  return reply.send({
    code: problem.code,
    message: problem.message,
    timestamp: new Date(context.now()).toISOString(),
    path: request.url.split('?', 1)[0],
    trace_id: request.id,
    ...(problem.details === undefined ? {} : { details: problem.details }),
  });
}

function toProblem(error: unknown, context: EnvelopeContext): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (SyncError.is(error, 'tarballUnsafe')) {
    const rule = error.details?.['rule'];
    if (context.mistakesAreInternal) return new HttpProblem('internal_error', error.message);
    const unreadable = typeof rule === 'string' && unreadableRules.has(rule);
    const details = error.details === undefined ? {} : { details: error.details };
    return new HttpProblem(unreadable ? 'bad_request' : 'validation_error', error.message, details);
  }
  return (
    frameworkProblem(error, context) ??
    new HttpProblem('internal_error', 'The server failed.', { cause: error })
  );
}

/** The body is no archive at all, as opposed to an archive that must not be unpacked. */
const unreadableRules: ReadonlySet<string> = new Set([
  'notGzip',
  'gzipHeader',
  'corrupt',
  'checksum',
  'truncated',
  'header',
]);

/** Errors that fastify itself raises before a route runs. */
function frameworkProblem(error: unknown, context: EnvelopeContext): HttpProblem | undefined {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number')
    return undefined;
  if (error.statusCode < 400 || error.statusCode >= 500) return undefined;
  const message = 'The request cannot be understood.';
  return new HttpProblem('bad_request', message, { plainText: context.textErrors });
}
