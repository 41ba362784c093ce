import type { FastifyRequest } from 'fastify';

import { HttpProblem } from '../httpProblem';
import { userTypeOf } from './serviceTokens';
import type { ServiceClaims, ServiceTokens } from './serviceTokens';

export interface ServiceGateSettings {
  readonly tokens: ServiceTokens;
  readonly issuer: string;
  readonly audience: string;
  readonly clientIds: ReadonlySet<string>;
  readonly cookieToken: boolean;
}

/** The bearer token of a request, or undefined when it carries none. */
export function bearerToken(request: FastifyRequest, cookieToken = false): string | undefined {
  const header = request.headers.authorization;
  if (header !== undefined) return /^Bearer +([^\s]+)$/iu.exec(header)?.[1];
  if (!cookieToken) return undefined;
  return /(?:^|;\s*)access_token=([^;\s]+)/u.exec(request.headers.cookie ?? '')?.[1];
}

/**
 * Lets service tokens of this tenant in and nothing else (cloud.md 2.2, the failure table).
 *
 * @throws HttpProblem unauthorized, bad_request (no session or subject), forbidden (another type of caller)
 */
export async function requireService(
  request: FastifyRequest,
  settings: ServiceGateSettings,
): Promise<ServiceClaims> {
  const token = bearerToken(request, settings.cookieToken);
  if (token === undefined) throw new HttpProblem('unauthorized', 'A bearer token is required.');
  const { issuer, audience } = settings;
  const claims = await settings.tokens.verify(token, { issuer, audience });
  if (claims === undefined || (claims.client_id !== undefined && !settings.clientIds.has(claims.client_id))) {
    throw new HttpProblem('unauthorized', 'The token is invalid, expired or revoked.');
  }
  if (!claims.session_id || !claims.sub) {
    throw new HttpProblem('bad_request', 'The token names no session or no subject.');
  }
  const type = userTypeOf(claims.scope.split(' ').filter((scope) => scope !== ''));
  if (type !== claims.user_type) throw new HttpProblem('unauthorized', 'The token contradicts itself.');
  if (type !== 'service') {
    throw new HttpProblem(
      'forbidden',
      `Callers of type ${type} are not allowed here; a service token is required.`,
    );
  }
  return claims;
}
