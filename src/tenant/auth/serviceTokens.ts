import { randomUUID } from 'node:crypto';

import * as z from 'zod/mini';

const actor = z.object({ iss: z.string(), sub: z.string() });

const serviceClaims = z.object({
  iss: z.string(),
  sub: z.optional(z.string()),
  aud: z.array(z.string()),
  exp: z.number(),
  jti: z.optional(z.string()),
  scope: z.string(),
  user_type: z.string(),
  client_id: z.optional(z.string()),
  session_id: z.optional(z.string()),
  act: z.optional(actor),
});

export type ServiceClaims = z.infer<typeof serviceClaims>;

export interface TokenRequest {
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  readonly subject: string;
  readonly email: string;
  readonly scopes: readonly string[];
  readonly lifetimeSeconds: number;
  readonly actor: { readonly iss: string; readonly sub: string };
}

export interface ServiceTokens {
  issue(request: TokenRequest): Promise<string>;
  /** Signs claims as they are, for tests of the gate and for tools that know what they do. */
  sign(claims: Record<string, unknown>): Promise<string>;
  /** The claims of a token that this server signed, has not revoked, and that has not expired; undefined otherwise. */
  verify(token: string, expected: { issuer: string; audience: string }): Promise<ServiceClaims | undefined>;
  /** From now on every token issued so far is refused. */
  revokeAll(): void;
}

const algorithm = 'EdDSA';

/** Type derived from scopes, first match wins (cloud.md 2.2). */
export function userTypeOf(scopes: readonly string[]): string {
  const found = ['admin', 'user', 'a2a', 'mcp'].find((scope) => scopes.includes(scope));
  if (found !== undefined) return found;
  const service = ['service', 'hook:govern', 'hook:track'].some((scope) => scopes.includes(scope));
  return service ? 'service' : 'anon';
}

/**
 * Short-lived tokens under a key pair that never leaves this process: after a restart clients exchange again.
 *
 * @param now milliseconds since the epoch
 */
export async function createServiceTokens(now: () => number = Date.now): Promise<ServiceTokens> {
  const jose = await import('jose');
  const { privateKey, publicKey } = await jose.generateKeyPair(algorithm, { crv: 'Ed25519' });
  const keyId = await jose.calculateJwkThumbprint(await jose.exportJWK(publicKey));
  let sessions = new Set<string>();
  const expiries: { session: string; expiresAt: number }[] = [];

  const sign = (claims: Record<string, unknown>): Promise<string> => {
    if (typeof claims['session_id'] === 'string') sessions.add(claims['session_id']);
    return new jose.SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, kid: keyId, typ: 'JWT' })
      .sign(privateKey);
  };

  const forgetExpired = (seconds: number): void => {
    while (expiries[0] !== undefined && expiries[0].expiresAt < seconds) {
      const expired = expiries.shift();
      if (expired !== undefined) sessions.delete(expired.session);
    }
  };

  return {
    sign,
    issue(request) {
      const seconds = Math.floor(now() / 1000);
      const expiresAt = seconds + request.lifetimeSeconds;
      const session = randomUUID();
      forgetExpired(seconds);
      expiries.push({ session, expiresAt });
      return sign({
        iss: request.issuer,
        sub: request.subject,
        aud: [request.audience],
        iat: seconds,
        nbf: seconds,
        exp: expiresAt,
        jti: randomUUID(),
        scope: request.scopes.join(' '),
        username: request.clientId,
        email: request.email,
        user_type: userTypeOf(request.scopes),
        roles: [...request.scopes],
        attributes: {},
        client_id: request.clientId,
        token_type: 'Bearer',
        auth_time: seconds,
        session_id: session,
        rate_limit_tier: 'service',
        act: request.actor,
      });
    },
    async verify(token, expected) {
      try {
        const { payload } = await jose.jwtVerify(
          token,
          (header) => {
            if (header.kid !== keyId) throw new Error('unknown key');
            return publicKey;
          },
          { algorithms: [algorithm], ...expected, currentDate: new Date(now()), requiredClaims: ['exp'] },
        );
        const claims = serviceClaims.safeParse(payload);
        if (!claims.success) return undefined;
        const session = claims.data.session_id;
        return session !== undefined && !sessions.has(session) ? undefined : claims.data;
      } catch (error) {
        if (error instanceof Error) return undefined;
        throw error;
      }
    },
    revokeAll() {
      sessions = new Set();
      expiries.length = 0;
    },
  };
}
