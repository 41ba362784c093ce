import { createHash, timingSafeEqual } from 'node:crypto';

import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import * as z from 'zod/mini';

import type { TrustedIssuer } from '../tenantOptions';
import { parseJson } from '../../core/parseJson';

export interface OperatorSubject {
  readonly issuer: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  /** Seconds since the epoch, where what is derived from it must not live longer. */
  readonly expiresAt?: number;
}

/** `unknown`: opaque and not the operator token, or of our own issuer. `invalid`: another issuer's, and not valid. */
export type OperatorCheck =
  { readonly kind: 'ok'; readonly operator: OperatorSubject } | { readonly kind: 'unknown' | 'invalid' };

export interface OperatorAuth {
  check(token: string): Promise<OperatorCheck>;
}

const claimSet = z.object({ iss: z.string(), sub: z.string().check(z.minLength(1)), scope: z.string() });

/** Everything: the holder of the operator token owns the tenant. */
const operatorScopes = ['admin', 'user', 'service'] as const;

/**
 * Knows the operator by an opaque token, compared in constant time over digests of equal length, or by a JWT of one
 * of the trusted issuers.
 *
 * @param ownIssuer named as issuer in what is derived from the opaque token
 */
export function createOperatorAuth(settings: {
  readonly operatorToken: string;
  readonly operatorId: string;
  readonly trustedIssuers: readonly TrustedIssuer[];
  readonly ownIssuer: string;
  readonly now: () => number;
}): OperatorAuth {
  const expected = digest(settings.operatorToken);
  const keySets = new Map<string, JWTVerifyGetKey>();

  const keySetOf = async (issuer: TrustedIssuer): Promise<JWTVerifyGetKey> => {
    const known = keySets.get(issuer.issuer);
    if (known !== undefined) return known;
    const { createRemoteJWKSet } = await import('jose');
    const keySet = createRemoteJWKSet(new URL(issuer.jwks_uri), { timeoutDuration: 5000 });
    keySets.set(issuer.issuer, keySet);
    return keySet;
  };

  return {
    async check(token) {
      if (timingSafeEqual(digest(token), expected)) {
        const operator = { issuer: settings.ownIssuer, subject: settings.operatorId, scopes: operatorScopes };
        return { kind: 'ok', operator };
      }
      const { decodeProtectedHeader, jwtVerify } = await import('jose');
      const claimed = issuerOf(token);
      if (claimed === undefined || claimed === settings.ownIssuer) return { kind: 'unknown' };
      const issuer = settings.trustedIssuers.find((candidate) => candidate.issuer === claimed);
      if (issuer === undefined) return { kind: 'invalid' };
      try {
        if (decodeProtectedHeader(token).kid === undefined) return { kind: 'invalid' };
        const { payload } = await jwtVerify<JWTPayload>(token, await keySetOf(issuer), {
          // One family of asymmetric algorithms, never what the token asks for: no `none`, no HMAC with a public key.
          algorithms: ['RS256', 'EdDSA', 'ES256'],
          issuer: issuer.issuer,
          audience: issuer.audience,
          currentDate: new Date(settings.now()),
          requiredClaims: ['exp'],
        });
        const claims = claimSet.safeParse(payload);
        if (!claims.success) return { kind: 'invalid' };
        const scopes = claims.data.scope.split(' ').filter((scope) => scope !== '');
        return { kind: 'ok', operator: { issuer: issuer.issuer, subject: claims.data.sub, scopes } };
      } catch (error) {
        if (error instanceof Error) return { kind: 'invalid' };
        throw error;
      }
    },
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const peekedClaims = z.object({ iss: z.string() });

/** The `iss` of a token that was not verified: only good for choosing the key to verify it with. */
function issuerOf(token: string): string | undefined {
  const parts = token.split('.');
  if (parts.length !== 3 || parts[1] === undefined) return undefined;
  const claims = peekedClaims.safeParse(parseJson(Buffer.from(parts[1], 'base64url').toString('utf8')));
  return claims.success ? claims.data.iss : undefined;
}

/** Compares two secrets in constant time, whatever their lengths. */
export function sameSecret(given: string, wanted: string): boolean {
  return timingSafeEqual(digest(given), digest(wanted));
}
