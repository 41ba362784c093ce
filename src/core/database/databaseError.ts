import { errnoOf, messageOf, SyncError } from '../syncError';
import type { DatabaseTarget } from './databaseTarget';
import { describeSqlState } from './sqlStates';

/** The SQLSTATE of an error of the server (`42P01`), from the driver's error or from a SyncError that wraps it. */
export function sqlStateOf(error: unknown): string | undefined {
  if (SyncError.is(error)) {
    const state = error.details?.['sqlstate'];
    return typeof state === 'string' ? state : undefined;
  }
  const code = errnoOf(error);
  const isServerError = error instanceof Error && 'severity' in error;
  return isServerError && code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** True for what the driver, the socket below it, or the server threw; false for a fault of the code that used them. */
export function isDatabaseFailure(error: unknown): error is Error {
  if (!(error instanceof Error) || SyncError.is(error)) return false;
  return sqlStateOf(error) !== undefined || networkFailure(error) !== undefined;
}

/** True when the connection was lost, so that nobody knows what became of the statement in flight. */
export function isConnectionLoss(error: unknown): boolean {
  const failure = SyncError.is(error) ? error.cause : error;
  const state = sqlStateOf(failure);
  return state === undefined ? isDatabaseFailure(failure) : state.startsWith('57P') || state.startsWith('08');
}

/**
 * Puts a failure of the driver, the network or the server into words for a person, once, with `cause` kept. The result
 * holds neither the password nor the URL; details are `host`, `port`, `database` and `sqlstate` where the server gave one.
 *
 * @returns SyncError `database`; an error that is a SyncError already is returned as it is
 */
export function databaseError(error: unknown, target: DatabaseTarget): SyncError {
  if (SyncError.is(error)) return error;
  const sqlstate = sqlStateOf(error);
  const words =
    sqlstate === undefined
      ? describeNetwork(error, target)
      : describeSqlState(error as Error, sqlstate, target);
  return new SyncError('database', words.message, {
    ...(words.hint === undefined ? {} : { hint: words.hint }),
    details: {
      host: target.host,
      port: target.port,
      database: target.name,
      ...(sqlstate === undefined ? {} : { sqlstate }),
    },
    cause: error,
  });
}

interface Words {
  readonly message: string;
  readonly hint?: string;
}

function describeNetwork(error: unknown, target: DatabaseTarget): Words {
  const place = target.host.startsWith('/')
    ? `${target.host} (port ${target.port})`
    : `${target.host}:${target.port}`;
  const setting = `Check the database URL from ${target.from}.`;
  switch (networkFailure(error)) {
    case 'refused':
      return {
        message: `Nothing answers at ${place}.`,
        hint: `Is Postgres running there? Start it, or check the host and port in the database URL from ${target.from}.`,
      };
    case 'unknownHost':
      return { message: `The database host ${target.host} is not known to the name server.`, hint: setting };
    case 'unreachable':
      return {
        message: `The database host ${place} cannot be reached from here.`,
        hint: 'Check network and VPN.',
      };
    case 'timeout':
      return {
        message: `Postgres at ${place} did not answer in time.`,
        hint: 'A firewall may drop the connection. Check network, VPN and the port.',
      };
    case 'noTls':
      return {
        message: `Postgres at ${place} offers no TLS, and sslmode=${target.sslmode} does not allow a connection without it.`,
        hint: `When the network between is trusted, add ?sslmode=disable to the database URL from ${target.from}.`,
      };
    case 'certificate':
      return {
        message: `The certificate of Postgres at ${place} was not accepted: ${messageOf(error)}`,
        hint: `sslmode=${target.sslmode} checks it. Name the right authority with sslrootcert= in the URL from ${target.from}.`,
      };
    case 'noPassword':
      return {
        message: `Postgres at ${place} asks for a password of user "${target.user}", and the URL holds none.`,
        hint: `Add it to the database URL from ${target.from}.`,
      };
    case 'lost':
      return {
        message: `The connection to ${target.label} was lost.`,
        hint: 'What was not committed was rolled back. Run it again when the server is back.',
      };
    case undefined:
      return { message: `${target.label} failed: ${messageOf(error)}` };
  }
}

type NetworkFailure =
  'refused' | 'unknownHost' | 'unreachable' | 'timeout' | 'noTls' | 'certificate' | 'noPassword' | 'lost';

const failureOfErrno: Readonly<Record<string, NetworkFailure>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknownHost',
  EAI_AGAIN: 'unknownHost',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'lost',
  EPIPE: 'lost',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate',
  CERT_HAS_EXPIRED: 'certificate',
  CERT_NOT_YET_VALID: 'certificate',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate',
};

/** Socket files that are missing or closed to us: these codes mean something else on any other call. */
const failureOfConnect: Readonly<Record<string, NetworkFailure>> = {
  ENOENT: 'refused',
  ENOTSOCK: 'refused',
  EACCES: 'refused',
};

/** The driver's own errors carry no code, only these texts. */
const failureOfText: readonly (readonly [RegExp, NetworkFailure])[] = [
  [/^timeout expired$/, 'timeout'],
  [/^The server does not support SSL connections$/, 'noTls'],
  [/^There was an error establishing an SSL connection$/, 'noTls'],
  [/client password must be a (?:non-empty )?string/, 'noPassword'],
  [/^Connection terminated/, 'lost'],
  [/^Client (?:was closed and|has encountered a connection error and) is not queryable$/, 'lost'],
];

function networkFailure(error: unknown): NetworkFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = errnoOf(error);
  if (code !== undefined) {
    const onConnect = 'syscall' in error && error.syscall === 'connect' ? failureOfConnect[code] : undefined;
    return failureOfErrno[code] ?? onConnect;
  }
  return failureOfText.find(([text]) => text.test(error.message))?.[1];
}
