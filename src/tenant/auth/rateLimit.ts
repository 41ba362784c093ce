/** More addresses than this are not remembered; the one not seen for longest is forgotten first. */
const maxAddresses = 10_000;

/**
 * A token bucket per address. Answers 0 when the request may pass, else the whole seconds until one may.
 *
 * @param now milliseconds since the epoch
 */
export function createRateLimit(
  limit: { readonly perSecond: number; readonly burst: number },
  now: () => number,
): (address: string) => number {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (address) => {
    const at = now();
    const bucket = buckets.get(address) ?? { tokens: limit.burst, at };
    const refilled = bucket.tokens + (Math.max(0, at - bucket.at) / 1000) * limit.perSecond;
    const tokens = Math.min(limit.burst, refilled);
    buckets.delete(address);
    buckets.set(address, { tokens: tokens >= 1 ? tokens - 1 : tokens, at });
    const oldest = buckets.size > maxAddresses ? buckets.keys().next().value : undefined;
    if (oldest !== undefined) buckets.delete(oldest);
    return tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / limit.perSecond));
  };
}
