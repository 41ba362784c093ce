import { isLoopbackHost } from './loopbackHost';
import { whyNotMarked } from './targets';
import type { SslMode } from './postgresUrl';
import { parsePostgresUrl } from './postgresUrl';

/**
 * A Postgres database that is read from or written to, without its secret: printing, inspecting or serialising a target
 * shows no password.
 */
export interface DatabaseTarget {
  /** The secret URL, behind a call so that no printer reaches it. Only connections need it. */
  readonly url: () => string;
  /** A host name or IP address in lower case, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  /** `postgres:host:port/name`: base state and backups are keyed by it (design.md rule 2). */
  readonly identity: string;
  /** For people: `postgres on db.example.com:5432/app`. */
  readonly label: string;
  /** Where the URL came from, for people. */
  readonly from: string;
  readonly loopback: boolean;
  /** The URL's, else `disable` for loopback and `require` for every other host. */
  readonly sslmode: SslMode;
  /** Writing needs a typed confirmation of `host` (design.md rule 5). */
  readonly production: boolean;
  /** Why it counts as production, as the end of a sentence; null when it does not. */
  readonly productionReason: string | null;
  /** What the user should know about the connection; logged when it is opened. */
  readonly warnings: readonly string[];
}

export interface TargetJudgement {
  /** Why the profile in use is production (`profile prod has environment production`), when it is. */
  readonly productionProfile?: string | undefined;
  /** Hosts, `host:port` or identities that the user has marked as not production. */
  readonly nonProduction?: readonly string[] | undefined;
}

/**
 * @param url `postgres://` or `postgresql://`, as libpq reads it
 * @param from the setting it came from, for messages and provenance
 * @param judgement what is known about production; without it every host but loopback is production
 * @throws SyncError invalidInput that names `from` and holds nothing of the URL
 */
export function parseDatabaseUrl(url: string, from: string, judgement: TargetJudgement = {}): DatabaseTarget {
  const parts = parsePostgresUrl(url, from);
  const loopback = isLoopbackHost(parts.host);
  const place = `${parts.host.includes(':') ? `[${parts.host}]` : parts.host}:${parts.port}`;
  const identity = `postgres:${place}/${parts.database}`;
  const productionReason = judge(judgement, loopback, [parts.host, place, identity]);
  const sslmode = parts.sslmode ?? (loopback ? 'disable' : 'require');
  return {
    url: () => url,
    host: parts.host,
    port: parts.port,
    name: parts.database,
    user: parts.user,
    identity,
    label: `postgres on ${place}/${parts.database}`,
    from,
    loopback,
    sslmode,
    production: productionReason !== null,
    productionReason,
    warnings: connectionWarnings(loopback, sslmode, place, from),
  };
}

function judge(judgement: TargetJudgement, loopback: boolean, names: readonly string[]): string | null {
  if (judgement.productionProfile !== undefined) return judgement.productionProfile;
  return loopback ? null : whyNotMarked(names, judgement.nonProduction ?? []);
}

function connectionWarnings(loopback: boolean, sslmode: SslMode, place: string, from: string): string[] {
  if (loopback) return [];
  if (sslmode === 'disable') {
    return [`${from} says sslmode=disable: the password and the data travel to ${place} unencrypted.`];
  }
  if (sslmode === 'allow' || sslmode === 'prefer') {
    return [`${from} says sslmode=${sslmode}: when ${place} offers no TLS, the connection is not encrypted.`];
  }
  return [];
}
