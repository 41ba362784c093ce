import type { Logger } from './ports';

const mask = '***';

/**
 * Shapes of secrets, wherever they stand in a text. Every pattern starts at fixed text, so that long lines without secrets
 * cost one pass.
 */
const secretShapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, mask],
  // Passwords of Postgres URLs are often written unescaped: up to the last @, "/" or not.
  [/(postgres(?:ql)?:\/\/[^\s:/@]*):[^\s"'<>]*@/gi, `$1:${mask}@`],
  [/(:\/\/[^\s:/@]*):[^\s/"'<>]*@/g, `$1:${mask}@`],
  [/(:\/\/)[^\s:/@]{16,}@/g, `$1${mask}@`],
  [/\b(Bearer|FlyV1)\s+[^\s"'<>]{6,}/gi, `$1 ${mask}`],
  [/\b(Basic)\s+[A-Za-z0-9+/=]{16,}/g, `$1 ${mask}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, mask],
  [/\bfm\d[a-z]?_[\w+/=-]{6,}/g, mask],
  [/\b(?:gh[pousr]_|github_pat_|sk-)\w[\w-]{15,}/g, mask],
  [
    /((?:password|passwd|pwd|secret|pepper|token|api[_-]?key|secret_seed)["']?\s*[=:]\s*)(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s&,;"'})\]]+)/gi,
    `$1${mask}`,
  ],
];

/**
 * The text with everything masked that looks like a secret: passwords in URLs and assignments, bearer and Fly tokens, JWTs,
 * private keys. The second line of defence: messages are written without secrets in the first place.
 */
export function redact(text: string): string {
  let redacted = text;
  for (const [shape, replacement] of secretShapes) redacted = redacted.replace(shape, replacement);
  return redacted;
}

/** Masks a text; `add` takes secrets that became known later: a token after signing in, a URL that the API gave. */
export type Redactor = ((text: string) => string) & { readonly add: (...secrets: readonly string[]) => void };

/** Shorter values are ordinary words too often; the shapes of `redact` still catch them in URLs and assignments. */
const shortestSecret = 6;

/**
 * Like `redact`, and these values too, wherever they stand, also percent-encoded or escaped as in JSON. Of a URL, its password
 * is masked on its own as well.
 */
export function createRedactor(secrets: readonly string[] = []): Redactor {
  let known: string[] = [];
  const add = (...added: readonly string[]): void => {
    const spellings = added
      .flatMap((secret) => [secret, ...passwordOf(secret)])
      .filter((secret) => secret.length >= shortestSecret)
      .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
    // The longest first: a secret inside another one must not break it up.
    known = [...new Set([...known, ...spellings])].sort((a, b) => b.length - a.length);
  };
  add(...secrets);
  return Object.assign(
    (text: string) => redact(known.reduce((rest, secret) => rest.replaceAll(secret, mask), text)),
    {
      add,
    },
  );
}

/** A password that could be a plain word is left out: masking that word everywhere would make every message a riddle. */
function passwordOf(url: string): string[] {
  const written = /^\w+:\/\/[^:@/]*:(.*)@/s.exec(url)?.[1];
  if (written === undefined || /^[a-z]*$/.test(written)) return [];
  try {
    return [written, decodeURIComponent(written)];
  } catch (error) {
    if (error instanceof URIError) return [written];
    throw error;
  }
}

/** A logger that masks before it passes on. */
export function redactingLogger(logger: Logger, redactor: Redactor): Logger {
  return {
    trace: (message) => logger.trace(redactor(message)),
    debug: (message) => logger.debug(redactor(message)),
    info: (message) => logger.info(redactor(message)),
    warn: (message) => logger.warn(redactor(message)),
    error: (message) => logger.error(redactor(message)),
  };
}
