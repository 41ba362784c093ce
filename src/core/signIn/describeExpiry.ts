import { tokenExpiryMs } from '../api/tokenExpiry';

/** A warning is due when less than this is left (cloud.md 3.2). */
const soonMs = 60 * 60 * 1_000;

export interface TokenExpiry {
  /** `unknown`: an opaque token, whose life only the server knows. */
  readonly state: 'valid' | 'expiresSoon' | 'expired' | 'unknown';
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number | undefined;
  /** When `state` will have become another one, in milliseconds since the epoch; undefined when it stays. */
  readonly changesAtMs: number | undefined;
  /** For people; undefined when there is nothing to say. */
  readonly message: string | undefined;
}

/**
 * How long a token can still be used, so that its end is shown before it bites. There is no refresh token: signing in
 * again is the only renewal. A token is still valid in the second in which it expires (cloud.md 3.2).
 */
export function describeExpiry(token: string, nowMs: number): TokenExpiry {
  const expiresAtMs = tokenExpiryMs(token);
  if (expiresAtMs === undefined)
    return { state: 'unknown', expiresAtMs, changesAtMs: undefined, message: undefined };
  const nowSecondsMs = Math.floor(nowMs / 1_000) * 1_000;
  const leftMs = expiresAtMs - nowSecondsMs;
  if (leftMs < 0) {
    const message = 'Your sign-in has expired: sign in again.';
    return { state: 'expired', expiresAtMs, changesAtMs: undefined, message };
  }
  const changesAtMs = expiresAtMs + 1_000 - (leftMs < soonMs ? 0 : soonMs);
  if (leftMs >= soonMs) return { state: 'valid', expiresAtMs, changesAtMs, message: undefined };
  const minutes = Math.floor(leftMs / 60_000);
  const left = minutes === 0 ? 'less than a minute' : minutes === 1 ? 'one minute' : `${minutes} minutes`;
  return {
    state: 'expiresSoon',
    expiresAtMs,
    changesAtMs,
    message: `Your sign-in expires in ${left}: sign in again soon.`,
  };
}
