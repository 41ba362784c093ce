import { userInfo } from 'node:os';
import { SyncError } from '../syncError';

export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

/** The parts of a Postgres URL, decoded. Holds the password: never log, print or store it. */
export interface PostgresUrl {
  /** A host name, an IP address without brackets, or the absolute folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | undefined;
  /** Only when the URL says so. */
  readonly sslmode: SslMode | undefined;
  /** Files named by `sslrootcert`, `sslcert` and `sslkey`; `sslrootcert=system` means the system's authorities. */
  readonly certificates: { readonly root?: string; readonly cert?: string; readonly key?: string };
  /** Start-up options of the session (`options=-c search_path=x`, and the `options[search_path]=x` of sqlx). */
  readonly options: string | undefined;
}

const escapeHint = 'In a password, write "/" as %2F, "?" as %3F, "@" as %40 and ":" as %3A; in a name too.';

/**
 * Reads `postgres://` and `postgresql://` URLs as libpq does: percent-encoding, IPv6 in brackets, Unix sockets
 * (`postgres:///name?host=/run/postgresql`), and the query parameters that replace a part.
 *
 * Written by hand because the `URL` class refuses credentials without a host, and keeps the whole input in its errors.
 *
 * @param url the secret text
 * @param from where it came from, for people: `--database-url`, `env DATABASE_URL`
 * @throws SyncError invalidInput, which names `from` and never holds any part of the URL but its scheme
 */
export function parsePostgresUrl(url: string, from: string): PostgresUrl {
  const { authority, path, query } = splitUrl(url.trim(), from);
  const parameters = new URLSearchParams(query);
  const at = authority.lastIndexOf('@');
  const credentials = at === -1 ? '' : authority.slice(0, at);
  const colon = credentials.indexOf(':');
  const address = splitAddress(authority.slice(at + 1), from);

  const host = parameters.get('host') ?? decode(address.host, 'host', from);
  const user =
    parameters.get('user') ?? decode(colon === -1 ? credentials : credentials.slice(0, colon), 'user', from);
  const password =
    parameters.get('password') ??
    (colon === -1 ? undefined : decode(credentials.slice(colon + 1), 'password', from));
  const database = parameters.get('dbname') ?? decode(path, 'database name', from);

  if (database === '')
    throw unusable(from, 'it names no database', 'End it with the name: …@HOST:PORT/NAME.');
  // Behind an unescaped "/" in a password, the rest of it would pass for the name and be shown to people.
  if (/[@/:]/.test(path)) throw unusable(from, 'its database name holds "@", "/" or ":"', escapeHint);
  if (host.includes(','))
    throw unusable(from, 'it names several hosts', 'Name the one host that accepts writes.');
  return {
    host: canonicalHost(host),
    port: parsePort(parameters.get('port') ?? address.port, from),
    database,
    user: user === '' ? accountName() : user,
    password,
    sslmode: parseSslMode(parameters, from),
    certificates: certificateFiles(parameters),
    options: sessionOptions(parameters),
  };
}

function splitUrl(url: string, from: string): { authority: string; path: string; query: string } {
  const scheme = /^([a-z][a-z0-9+.-]{0,15}):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme !== 'postgres' && scheme !== 'postgresql') {
    throw unusable(
      from,
      scheme === undefined ? 'it is not a URL' : `it is a ${scheme} URL`,
      'It has to look like postgres://USER:PASSWORD@HOST:PORT/NAME.',
    );
  }
  const rest = url.slice(scheme.length + '://'.length);
  const questionMark = rest.indexOf('?');
  const location = questionMark === -1 ? rest : rest.slice(0, questionMark);
  const slash = location.indexOf('/');
  return {
    authority: slash === -1 ? location : location.slice(0, slash),
    path: slash === -1 ? '' : location.slice(slash + 1),
    query: questionMark === -1 ? '' : rest.slice(questionMark + 1),
  };
}

function splitAddress(address: string, from: string): { host: string; port: string } {
  if (address.startsWith('[')) {
    const bracketed = /^\[([^\]]+)\](?::(.*))?$/.exec(address);
    if (bracketed === null)
      throw unusable(from, 'the IPv6 address is not closed with ]', 'Write it as [::1].');
    return { host: bracketed[1] ?? '', port: bracketed[2] ?? '' };
  }
  const colon = address.indexOf(':');
  return colon === -1
    ? { host: address, port: '' }
    : { host: address.slice(0, colon), port: address.slice(colon + 1) };
}

function parsePort(port: string, from: string): number {
  if (port === '') return 5432;
  const value = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (value < 1 || value > 65_535) {
    // The text is not shown: behind an unescaped "/" or "?" it may be a piece of the password.
    throw unusable(from, 'its port is not a number from 1 to 65535', escapeHint);
  }
  return value;
}

function parseSslMode(parameters: URLSearchParams, from: string): SslMode | undefined {
  const given = parameters.get('sslmode') ?? parameters.get('ssl-mode');
  if (given === null) return ['true', '1'].includes(parameters.get('ssl') ?? '') ? 'require' : undefined;
  const mode = sslModes.find((known) => known === given);
  if (mode === undefined)
    throw unusable(from, 'its sslmode is unknown', `Use one of ${sslModes.join(', ')}.`);
  return mode;
}

function certificateFiles(parameters: URLSearchParams): PostgresUrl['certificates'] {
  const root = parameters.get('sslrootcert') ?? parameters.get('ssl-root-cert');
  const cert = parameters.get('sslcert');
  const key = parameters.get('sslkey');
  return {
    ...(root === null ? {} : { root }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  };
}

function sessionOptions(parameters: URLSearchParams): string | undefined {
  const options: string[] = [];
  for (const [name, value] of parameters) {
    if (name === 'options') options.push(value);
    const setting = /^options\[(\w+(?:\.\w+)?)\]$/.exec(name)?.[1];
    if (setting !== undefined) options.push(`-c ${setting}=${value.replace(/([\\ ])/g, '\\$1')}`);
  }
  return options.length === 0 ? undefined : options.join(' ');
}

function canonicalHost(host: string): string {
  if (host === '') return 'localhost';
  return host.startsWith('/')
    ? host
    : host
        .replace(/^\[(.*)\]$/, '$1')
        .replace(/\.$/, '')
        .toLowerCase();
}

/** The account of the operating system: what libpq uses when the URL names no user. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'postgres';
  }
}

function decode(text: string, part: string, from: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw unusable(from, `its ${part} holds a "%" that is not an escape`, 'Write a plain "%" as %25.');
  }
}

function unusable(from: string, problem: string, hint: string): SyncError {
  return new SyncError('invalidInput', `The database URL from ${from} cannot be used: ${problem}.`, {
    hint,
    details: { setting: from },
  });
}
