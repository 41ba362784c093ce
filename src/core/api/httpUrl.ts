import { SyncError } from '../syncError';

/** True for hosts that never leave this machine. Accepts `[::1]` with and without brackets. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * The address of an API: http or https, and plain http only to this machine, because a token travels with every request
 * (cloud.md 7). A query, a fragment or credentials have no place in it. The result has no trailing slash in its path.
 *
 * @param field how the user knows the value (`apiUrl`, `--origin`), named in the message
 * @throws SyncError `invalidInput`; the value itself is not repeated, since it may hold a password
 */
export function parseHttpUrl(value: string, field: string): URL {
  const url = parse(value);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw refused(
      field,
      'is not an http(s) address',
      `Give ${field} as https://host, for example https://api.systemprompt.io.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw refused(
      field,
      'must not hold a user name or password',
      `Take the part before "@" out of ${field}.`,
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw refused(field, 'must not hold "?" or "#"', `Give ${field} as an origin, optionally with a path.`);
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    throw refused(
      field,
      `is plain http to ${url.host}: the token would travel unprotected`,
      `Use https in ${field}; plain http is only for loopback.`,
    );
  }
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
}

function parse(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}

function refused(field: string, what: string, hint: string): SyncError {
  return new SyncError('invalidInput', `${field} ${what}.`, { hint, details: { field } });
}
