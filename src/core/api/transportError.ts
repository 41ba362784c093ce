import { errnoOf, SyncError } from '../syncError';

/**
 * How far a request came before the connection failed:
 * - `connect`: no connection, nothing was sent
 * - `certificate`, `proxy`: a connection that must not or cannot be used
 * - `interrupted`: it broke on the way; whether the request took effect is unknown
 * - `noProgress`: nothing moved for too long; likewise unknown
 * - `protocol`: what came back is not HTTP that can be understood
 */
export type TransportPhase = 'connect' | 'certificate' | 'proxy' | 'interrupted' | 'noProgress' | 'protocol';

const connectCodes: readonly string[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
];

const certificateCodes =
  /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO|ERR_TLS_CERT|ERR_SSL_|EPROTO|INVALID_CA|HOSTNAME_MISMATCH)/;

/**
 * Wraps what undici or Node throw, once. The message names host and port only: a full address could hold more than
 * people should see.
 */
export function transportError(error: unknown, url: URL): SyncError {
  const code = codeOf(error);
  const phase = phaseOf(error, code);
  const { what, hint } = words[phase](url.host, code);
  return new SyncError('http', what, {
    hint,
    details: { phase, host: url.host, ...(code === undefined ? {} : { code }) },
    // The parser's error carries the bytes it choked on: an answer, which may be a token.
    ...(phase === 'protocol' ? {} : { cause: error }),
  });
}

/** The error of a connection on which nothing moved for `limitMs`. */
export function noProgressError(url: URL, limitMs: number): SyncError {
  return new SyncError(
    'http',
    `${url.host} has not moved a byte for ${Math.round(limitMs / 100) / 10} s; gave up waiting.`,
    {
      hint: 'Check the network and whether the server is overloaded, then try again.',
      details: { phase: 'noProgress', host: url.host },
    },
  );
}

function phaseOf(error: unknown, code: string | undefined): TransportPhase {
  if (chain(error).some((step) => step instanceof Error && step.name === 'HTTPParserError'))
    return 'protocol';
  if (messages(error).some((message) => /proxy/i.test(message))) return 'proxy';
  if (code === undefined) return 'interrupted';
  if (connectCodes.includes(code)) return 'connect';
  if (certificateCodes.test(code)) return 'certificate';
  return code === 'UND_ERR_HEADERS_OVERFLOW' ? 'protocol' : 'interrupted';
}

/** The first code along the causes; several addresses tried for one host arrive as an AggregateError. */
function codeOf(error: unknown): string | undefined {
  for (const step of chain(error)) {
    const code = errnoOf(step);
    if (code !== undefined) return code;
  }
  return undefined;
}

function messages(error: unknown): string[] {
  return chain(error).map((step) => (step instanceof Error ? step.message : ''));
}

function chain(error: unknown): unknown[] {
  const steps: unknown[] = [];
  for (let step = error; step !== undefined && steps.length < 5;) {
    steps.push(step);
    step = step instanceof AggregateError ? step.errors[0] : step instanceof Error ? step.cause : undefined;
  }
  return steps;
}

const words: Record<
  TransportPhase,
  (host: string, code: string | undefined) => { what: string; hint: string }
> = {
  connect: (host, code) =>
    code === 'ENOTFOUND' || code === 'EAI_AGAIN'
      ? {
          what: `The host of ${host} cannot be found.`,
          hint: 'Check the address for a typing mistake, and that you are online.',
        }
      : {
          what: `Nothing answers at ${host}.`,
          hint: 'Check the address, that the server is running, and your network or VPN.',
        },
  certificate: (host) => ({
    what: `The certificate of ${host} is not trusted.`,
    hint: 'If your company inspects traffic, add its certificate authority (the editor’s certificate settings, or NODE_EXTRA_CA_CERTS).',
  }),
  proxy: (host) => ({
    what: `The proxy did not let the connection to ${host} through.`,
    hint: 'Check the proxy setting and its user name and password (http.proxy in the editor, HTTPS_PROXY in a shell).',
  }),
  interrupted: (host) => ({
    what: `The connection to ${host} broke off.`,
    hint: 'Try again; if it happens every time, a proxy or firewall on the way may be cutting it.',
  }),
  noProgress: (host) => ({ what: `${host} stopped answering.`, hint: 'Try again later.' }),
  protocol: (host) => ({
    what: `What ${host} answered is not HTTP that can be understood.`,
    hint: 'Check host and port: another service may be listening there.',
  }),
};
