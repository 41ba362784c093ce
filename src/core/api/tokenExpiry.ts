import * as z from 'zod/mini';
import { parseJson } from '../parseJson';

const claims = z.object({ exp: z.int() });

/**
 * When a JWT expires, in milliseconds since the epoch, read without checking its signature; undefined when the token is
 * opaque or says nothing (cloud.md 3.2: exactly three parts, the second base64url with an integer `exp`).
 */
export function tokenExpiryMs(token: string): number | undefined {
  const [, payload, signature, ...more] = token.split('.');
  if (payload === undefined || signature === undefined || more.length > 0) return undefined;
  const parsed = claims.safeParse(parseJson(Buffer.from(payload, 'base64url').toString('utf8')));
  return parsed.success ? parsed.data.exp * 1_000 : undefined;
}
