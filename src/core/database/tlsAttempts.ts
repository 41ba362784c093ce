import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { messageOf, SyncError } from '../syncError';
import type { PostgresUrl, SslMode } from './postgresUrl';

/** false: without TLS. */
export type TlsChoice = ConnectionOptions | false;

/**
 * What to try, in order, for an sslmode, with libpq's meaning: `require` encrypts without checking who answers (and
 * checks the authority once a root certificate is named), `verify-ca` checks the authority, `verify-full` the host
 * name too. `allow` is treated as `prefer`: of the two orders that is the encrypted one.
 *
 * @throws SyncError missingConfig when a certificate file that the URL names cannot be read
 */
export async function tlsAttempts(
  sslmode: SslMode,
  certificates: PostgresUrl['certificates'],
  from: string,
): Promise<TlsChoice[]> {
  if (sslmode === 'disable') return [false];
  const systemRoots = certificates.root === 'system';
  const [ca, cert, key] = await Promise.all([
    systemRoots ? undefined : readNamed(certificates.root, 'sslrootcert', from),
    readNamed(certificates.cert, 'sslcert', from),
    readNamed(certificates.key, 'sslkey', from),
  ]);
  const verifyHost = sslmode === 'verify-full' || systemRoots;
  const verifyAuthority = verifyHost || sslmode === 'verify-ca' || ca !== undefined;
  const tls: ConnectionOptions = {
    rejectUnauthorized: verifyAuthority,
    ...(verifyAuthority && !verifyHost ? { checkServerIdentity: () => undefined } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  return sslmode === 'allow' || sslmode === 'prefer' ? [tls, false] : [tls];
}

async function readNamed(
  file: string | undefined,
  parameter: string,
  from: string,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new SyncError(
      'missingConfig',
      `The file named by ${parameter} in the database URL from ${from} cannot be read: ${messageOf(error)}`,
      { hint: `Correct the path behind ${parameter}=.`, details: { setting: from, file }, cause: error },
    );
  }
}
