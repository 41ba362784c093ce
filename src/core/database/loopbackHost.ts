import { isIPv4 } from 'node:net';

/**
 * True for a host that can only be this machine: `localhost`, 127.0.0.0/8, `::1` (also as `[::1]` and IPv4-mapped), or the
 * folder of a Unix socket. Anything that needs a name server to be told apart counts as remote.
 */
export function isLoopbackHost(host: string): boolean {
  if (host.startsWith('/')) return true;
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (bare === 'localhost' || bare === '::1' || bare === '0:0:0:0:0:0:0:1') return true;
  const mapped = bare.startsWith('::ffff:') ? bare.slice('::ffff:'.length) : bare;
  if (isIPv4(mapped)) return mapped.startsWith('127.');
  return /^::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}$/.test(bare);
}
