import type { FastifyInstance } from 'fastify';

import { createRateLimit } from '../auth/rateLimit';
import { answerTokenRequest } from '../auth/tokenExchange';
import { sendFailure } from '../envelopes';
import { limitedBody, readWhole } from '../files/limitedBody';
import { HttpProblem } from '../httpProblem';
import { OAuthProblem } from '../oauthProblem';
import type { TenantContext } from '../tenantContext';

/** A form with one token and a few names is short. */
const maxFormBytes = 64 * 1024;

/** `/api/v1/core/oauth`: the token endpoint, the one route besides health that needs no token. */
export function registerOauthRoutes(app: FastifyInstance, context: TenantContext): void {
  const { settings } = context;
  const waitSeconds = createRateLimit(settings.rateLimit, settings.now);
  app.setErrorHandler((error, request, reply) =>
    sendFailure(error, request, reply, 'oauth', context.envelopes),
  );
  app.addHook('onRequest', async (request) => {
    const seconds = waitSeconds(request.ip);
    if (seconds === 0) return;
    const headers = { 'retry-after': String(seconds) };
    throw new HttpProblem('rate_limited', 'Too many token requests from this address.', { headers });
  });
  app.post('/token', async (request, reply) => {
    if (!/^application\/x-www-form-urlencoded\s*(;|$)/iu.test(request.headers['content-type'] ?? '')) {
      throw new OAuthProblem('invalid_request', 'The body must be form-encoded.');
    }
    const form = await readWhole(limitedBody(request.raw, maxFormBytes));
    const answer = await answerTokenRequest(parseForm(form.toString('utf8')), context.tokenEndpoint);
    return reply.header('cache-control', 'no-store').send(answer);
  });
}

/** A field that comes twice could be read as either (RFC 6749 3.2 forbids it). */
function parseForm(text: string): ReadonlyMap<string, string> {
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (form.has(name)) throw new OAuthProblem('invalid_request', 'A field comes more than once.');
    form.set(name, value);
  }
  return form;
}
