import { withDatabase, type Database } from '../database/connection';
import { sqlStateOf } from '../database/databaseError';
import type { DatabaseTarget } from '../database/databaseTarget';
import type { RunContext } from '../ports';
import { messageOf, SyncError } from '../syncError';
import { refuseTransactionPooler } from './poolerProbe';

/** A lease that was not renewed for this long is free, by the database's clock. */
export const leaseMs = 15_000;

/**
 * `advisory`: the server's own lock, gone with its session. `lease`: the database has no such locks; there the row is the
 * lock, while it says `running` and is renewed.
 */
export type LockKind = 'advisory' | 'lease';

export interface JobLock {
  readonly kind: LockKind;
  /** Never fails: with its session gone, so is the lock. */
  release(): Promise<void>;
}

/** A session of its own for the locks and rows of jobs; what it does is not stopped by a cancel, so a run is always ended in its row. */
export interface JobSession {
  readonly db: Database;
  /** Fires when the connection is gone: whatever was locked is not any more. */
  readonly lost: AbortSignal;
  /** @returns undefined when another session holds it: an editor, a CI runner, or the server's scheduler */
  readonly tryLock: (name: string) => Promise<JobLock | undefined>;
}

/**
 * @throws SyncError `unsupported` behind a pooler in transaction mode, `database`, `cancelled`, and what `run` throws
 */
export async function withJobSession<T>(
  target: DatabaseTarget,
  context: RunContext,
  run: (session: JobSession) => Promise<T>,
): Promise<T> {
  SyncError.throwIfAborted(context.signal);
  const unstoppable: RunContext = { ...context, signal: undefined };
  const options = {
    context: unstoppable,
    applicationName: 'systemprompt-sync jobs',
    statementTimeoutMs: 10_000,
    lockTimeoutMs: 5_000,
  };
  return withDatabase(target, options, async (db) => {
    await noticeDeadPeers(db);
    await refuseTransactionPooler(db, target, unstoppable);
    const lost = new AbortController();
    await db.withClient(async (client) => {
      client.once('end', () =>
        lost.abort(
          new SyncError('database', `The connection to ${target.label} that holds the job was lost.`),
        ),
      );
    });
    return run({ db, lost: lost.signal, tryLock: (name) => tryLock(db, name, context) });
  });
}

/** A host that vanishes without a word would keep its lock for hours: the server is to ask, and give up after half a minute. */
async function noticeDeadPeers(db: Database): Promise<void> {
  await db.query(
    "SELECT set_config('tcp_keepalives_idle', '15', false), set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false)",
  );
}

async function tryLock(db: Database, name: string, { logger }: RunContext): Promise<JobLock | undefined> {
  let granted: boolean;
  try {
    const { rows } = await db.query<{ granted: unknown }>(
      'SELECT pg_try_advisory_lock(hashtext($1)) AS granted',
      [name],
    );
    granted = rows[0]?.granted === true;
  } catch (error) {
    if (hasNoAdvisoryLocks(error)) return lease;
    throw error;
  }
  if (!granted) return undefined;
  if (!(await isHeld(db, name))) return lease;
  return {
    kind: 'advisory',
    async release() {
      try {
        await db.query('SELECT pg_advisory_unlock(hashtext($1))', [name]);
      } catch (error) {
        logger.debug(`Releasing the lock of ${name}: ${messageOf(error)}`);
      }
    },
  };
}

/** The row is the lock: its end releases it. */
const lease: JobLock = { kind: 'lease', release: async () => undefined };

/** Some databases that speak Postgres grant whatever is asked, and hold nothing: a lock that is one is listed. */
async function isHeld(db: Database, name: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `SELECT 1 FROM pg_locks
      WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()
        AND objid = (hashtext($1)::bigint & 4294967295)::oid`,
    [name],
  );
  return (rowCount ?? 0) > 0;
}

/** undefined_function or feature_not_supported: what databases answer that speak Postgres and have no such locks. */
function hasNoAdvisoryLocks(error: unknown): boolean {
  return ['42883', '0A000'].includes(sqlStateOf(error) ?? '');
}
