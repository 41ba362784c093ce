import type { HttpEnvironment } from './httpEnvironment';

/**
 * The proxy settings of a shell: `HTTPS_PROXY`, else `ALL_PROXY`, with `NO_PROXY`, lower case first as curl has it.
 * `HTTP_PROXY` has no say: plain http goes to this machine only. Certificates of `NODE_EXTRA_CA_CERTS` are Node's own
 * affair.
 *
 * @param env passed in: core never looks at the process
 */
export function httpEnvironmentFrom(env: Readonly<Record<string, string | undefined>>): HttpEnvironment {
  const of = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined;
  return { proxyUrl: of('HTTPS_PROXY') ?? of('ALL_PROXY'), noProxy: of('NO_PROXY') };
}
