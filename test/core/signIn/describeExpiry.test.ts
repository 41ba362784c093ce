import { describe, expect, it } from 'vitest';
import { describeExpiry } from '../../../src/core/signIn/describeExpiry';

const now = Date.parse('2026-08-01T12:00:00.700Z');
const seconds = Math.floor(now / 1_000);

function token(payload: string): string {
  return `h.${Buffer.from(payload).toString('base64url')}.s`;
}

describe('describeExpiry', () => {
  it.each([
    [-1, 'expired', /expired/],
    [0, 'expiresSoon', /less than a minute/],
    [60, 'expiresSoon', /one minute/],
    [59 * 60, 'expiresSoon', /59 minutes/],
    [3_599, 'expiresSoon', /59 minutes/],
    [3_600, 'valid', undefined],
    [86_400, 'valid', undefined],
  ] as const)('with %i s left: %s', (left, state, message) => {
    const expiry = describeExpiry(token(JSON.stringify({ exp: seconds + left })), now);
    expect(expiry.state).toBe(state);
    expect(expiry.expiresAtMs).toBe((seconds + left) * 1_000);
    if (message) expect(expiry.message).toMatch(message);
    else expect(expiry.message).toBeUndefined();
  });

  it('says when the state becomes another one, and not before it does', () => {
    const text = token(JSON.stringify({ exp: seconds + 7_200 }));
    const states = [describeExpiry(text, now)];
    for (let next = states[0]?.changesAtMs; next !== undefined; next = states.at(-1)?.changesAtMs) {
      expect(describeExpiry(text, next - 1).state).toBe(states.at(-1)?.state);
      states.push(describeExpiry(text, next));
    }
    expect(states.map(({ state }) => state)).toEqual(['valid', 'expiresSoon', 'expired']);
  });

  it.each([
    'opaque',
    'a.b',
    'a.b.c.d',
    token('no json'),
    token('{}'),
    token('{"exp":"soon"}'),
    token('{"exp":1.5}'),
    '',
  ])('does not guess the life of %j', (text) => {
    expect(describeExpiry(text, now)).toEqual({
      state: 'unknown',
      expiresAtMs: undefined,
      changesAtMs: undefined,
      message: undefined,
    });
  });
});
