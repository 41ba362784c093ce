import { Socket } from 'node:net';
import type { Client } from 'pg';
import type { RunContext } from '../ports';
import { messageOf, SyncError } from '../syncError';
import { type BackendKey, sendCancelRequest } from './cancelRequest';
import { databaseError } from './databaseError';
import type { DatabaseTarget } from './databaseTarget';
import { textTypes } from './parseTypes';
import { parsePostgresUrl, type PostgresUrl } from './postgresUrl';
import { type TlsChoice, tlsAttempts } from './tlsAttempts';

const connectTimeoutMs = 10_000;
const cancelTimeoutMs = 2_000;
const closeTimeoutMs = 2_000;

export interface SessionOptions {
  readonly context: RunContext;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Milliseconds; 0 is no limit. */
  readonly statementTimeoutMs: number;
  /** Milliseconds to wait for a lock that another session holds; 0 is no limit. */
  readonly lockTimeoutMs: number;
}

export interface OpenClient {
  readonly client: Client;
  /** Statements that prepare the session: UTC, ISO dates, time limits. They are still to be sent. */
  readonly settings: string;
  /** Asks the server to stop the running statement. Never throws: the caller falls back to `destroy`. */
  cancelStatement(): Promise<void>;
  /** Cuts the connection; the server rolls back what was not committed. */
  destroy(): void;
  /** Says goodbye without waiting for the server; cuts the connection when it does not take it. Never throws. */
  close(): void;
}

/**
 * Connects within 10 seconds. Cancelling the context's signal ends the attempt.
 *
 * @throws SyncError database, cancelled, or missingConfig for a certificate file
 */
export async function openClient(target: DatabaseTarget, options: SessionOptions): Promise<OpenClient> {
  const url = parsePostgresUrl(target.url(), target.from);
  const attempts = await tlsAttempts(target.sslmode, url.certificates, target.from);
  for (const warning of target.warnings) options.context.logger.warn(warning);
  for (const [index, tls] of attempts.entries()) {
    const isLast = index === attempts.length - 1;
    try {
      return await connectOnce(target, url, tls, options);
    } catch (error) {
      SyncError.throwIfAborted(options.context.signal);
      if (isLast || !offersNoTls(error)) throw databaseError(error, target);
    }
  }
  throw new SyncError('internal', `No way to connect to ${target.label} was tried.`);
}

function offersNoTls(error: unknown): boolean {
  return messageOf(error) === 'The server does not support SSL connections';
}

async function connectOnce(
  target: DatabaseTarget,
  url: PostgresUrl,
  tls: TlsChoice,
  options: SessionOptions,
): Promise<OpenClient> {
  const { signal, logger } = options.context;
  SyncError.throwIfAborted(signal);
  const { Client, types } = await import('pg');
  // The socket is ours, so that it can be cut at any moment of its life.
  const socket = new Socket();
  const client = new Client({
    host: url.host,
    port: url.port,
    user: url.user,
    database: url.database,
    ...(url.password === undefined ? {} : { password: url.password }),
    ...(url.options === undefined ? {} : { options: url.options }),
    ssl: tls,
    stream: () => socket,
    application_name: options.applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    types: textTypes(types),
  });
  // A connection that dies while idle emits `error`; without a listener that would end the process. The next query says it.
  client.on('error', (error) => logger.debug(`Connection to ${target.label}: ${error.message}`));
  const destroy = (): void => void socket.destroy();
  signal?.addEventListener('abort', destroy, { once: true });
  try {
    await client.connect();
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal?.removeEventListener('abort', destroy);
  }

  return {
    client,
    settings: sessionSettings(options),
    destroy,
    async cancelStatement() {
      const key = backendKeyOf(client);
      if (key === undefined) return;
      try {
        await sendCancelRequest({ host: url.host, port: url.port, tls }, key, cancelTimeoutMs);
      } catch (error) {
        logger.debug(`The cancel request to ${target.label} failed: ${messageOf(error)}`);
      }
    },
    close() {
      // Nobody has to wait a round trip for the server's goodbye: it has the client's, and the socket ends by itself.
      const cut = setTimeout(destroy, closeTimeoutMs);
      client
        .end()
        .catch((error: unknown) =>
          logger.debug(`Closing the connection to ${target.label}: ${messageOf(error)}`),
        )
        .finally(() => {
          clearTimeout(cut);
          destroy();
        });
    },
  };
}

/** SET, not start-up parameters: poolers refuse those they do not know. */
function sessionSettings({ statementTimeoutMs, lockTimeoutMs }: SessionOptions): string {
  const milliseconds = (value: number): number => Math.max(0, Math.trunc(value));
  return [
    "SET TimeZone = 'UTC'",
    "SET DateStyle = 'ISO, YMD'",
    `SET statement_timeout = ${milliseconds(statementTimeoutMs)}`,
    `SET lock_timeout = ${milliseconds(lockTimeoutMs)}`,
  ].join('; ');
}

/** The driver keeps the key of the session but does not declare it. */
function backendKeyOf(client: Client): BackendKey | undefined {
  const { processID, secretKey } = client as { processID?: unknown; secretKey?: unknown };
  return typeof processID === 'number' && typeof secretKey === 'number'
    ? { processId: processID, secretKey }
    : undefined;
}
