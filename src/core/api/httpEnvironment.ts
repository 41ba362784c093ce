import { createSecureContext, rootCertificates } from 'node:tls';
import type { Agent, Dispatcher } from 'undici';
import { SyncError } from '../syncError';
import { isLoopbackHost } from './httpUrl';

/** What the editor's or the shell's network settings say. */
export interface HttpEnvironment {
  /** `http://[user:password@]proxy:port`; never repeated in a message. */
  readonly proxyUrl?: string | undefined;
  /** Comma list of hosts that are reached without the proxy. Loopback never takes it. */
  readonly noProxy?: string | undefined;
  /** Certificates (PEM) trusted in addition to the built-in ones. */
  readonly ca?: readonly string[] | undefined;
  /** False switches certificate checks off, as the editor's `http.proxyStrictSSL` does. Default true. */
  readonly rejectUnauthorized?: boolean | undefined;
}

export interface ConnectionOptions {
  readonly connectTimeoutMs: number;
  /** False opens a connection per request: a reply that belongs to an earlier request can then never be taken for ours. */
  readonly keepAlive: boolean;
}

export interface Connections {
  for(url: URL): Dispatcher;
  close(): Promise<void>;
}

/**
 * Connections made on first use, with proxy and certificates of the environment.
 *
 * @throws SyncError `invalidInput` when the proxy's address is none (without repeating it)
 */
export async function openConnections(
  environment: HttpEnvironment,
  options: ConnectionOptions,
): Promise<Connections> {
  const undici = await import('undici');
  const tls = {
    rejectUnauthorized: environment.rejectUnauthorized ?? true,
    // Hundreds of certificates are read once, and not again for every connection.
    ...(environment.ca?.length
      ? { secureContext: createSecureContext({ ca: [...rootCertificates, ...environment.ca] }) }
      : {}),
  };
  const common: Agent.Options = {
    // Silence is judged by the transport, in both directions and by progress: undici's own limits would count only one.
    headersTimeout: 0,
    bodyTimeout: 0,
    pipelining: options.keepAlive ? 1 : 0,
    maxHeaderSize: 32 * 1024,
  };
  const timeout = options.connectTimeoutMs;
  const direct = new undici.Agent({ ...common, connect: { ...tls, timeout } });
  const proxyUrl = environment.proxyUrl;
  const proxied = proxyUrl
    ? new undici.EnvHttpProxyAgent({
        ...common,
        httpProxy: checkedProxy(proxyUrl),
        httpsProxy: checkedProxy(proxyUrl),
        noProxy: environment.noProxy ?? '',
        connect: { timeout },
        requestTls: { ...tls, timeout },
        proxyTls: { ...tls, timeout },
      })
    : undefined;
  return {
    for: (url) => (proxied && !isLoopbackHost(url.hostname) ? proxied : direct),
    close: async () => {
      await Promise.all([direct.destroy(), proxied?.destroy()]);
    },
  };
}

function checkedProxy(proxyUrl: string): string {
  const url = URL.canParse(proxyUrl) ? new URL(proxyUrl) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return proxyUrl;
  throw new SyncError('invalidInput', 'The proxy setting is not an http(s) address.', {
    hint: 'Give the proxy as http://host:port (http.proxy in the editor, HTTPS_PROXY in a shell).',
    details: { field: 'proxy' },
  });
}
