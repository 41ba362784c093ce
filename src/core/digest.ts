import crypto, { createHash } from 'node:crypto';

/** SHA-256 as 64 lower-case hex digits. Text is hashed as UTF-8. */
export function sha256(data: string | Uint8Array): string {
  // In one call it takes three quarters of the time for data as short as a page; Node has that since 20.12.
  return 'hash' in crypto
    ? crypto.hash('sha256', data, 'hex')
    : createHash('sha256').update(data).digest('hex');
}

/**
 * One unambiguous text for a list of values: every value carries its byte length, so that `["ab","c"]` and
 * `["a","bc"]` differ (data.md C-2). null is `-`. Postgres can build the same text, which lets a server compute
 * the digests of its rows.
 */
export function netstrings(values: readonly (string | null)[]): string {
  let text = '';
  for (const value of values) text += value === null ? '-,' : `${Buffer.byteLength(value)}:${value},`;
  return text;
}
