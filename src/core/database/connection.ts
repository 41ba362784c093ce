import type { Client } from 'pg';
import type { RunContext } from '../ports';
import { messageOf, SyncError } from '../syncError';
import { databaseError, isConnectionLoss, isDatabaseFailure } from './databaseError';
import type { DatabaseTarget } from './databaseTarget';
import { openClient, type OpenClient } from './openClient';
import { everythingAsText } from './parseTypes';
import { SessionOpening } from './sessionOpening';
import { runTransaction, type TransactionOptions } from './transaction';

/** After a cancel the server gets this long to answer before the connection is cut. */
const cancelGraceMs = 2_000;
/** A COMMIT is never interrupted: only when it hangs this long after a cancel is the connection cut. */
const commitGraceMs = 15_000;

export interface QueryResult<Row> {
  readonly rows: Row[];
  /** Rows returned, or affected by an INSERT, UPDATE, DELETE or MERGE. */
  readonly rowCount: number;
}

export interface QueryOptions {
  /** Every value comes as the text Postgres wrote (numbers, booleans, json and arrays too); SQL null stays null. */
  readonly asText?: boolean;
}

/**
 * One session. Dates, times, bigint and numeric come as text (UTC, ISO); json is parsed; integers, floats and booleans are
 * JavaScript values. Rows are the database's word, not checked: parse what decides anything.
 */
export interface Database {
  readonly target: DatabaseTarget;
  /**
   * @param text one statement with $1 … placeholders
   * @throws SyncError database, or cancelled
   */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;
  /**
   * BEGIN, `run`, COMMIT; ROLLBACK when `run` throws. BEGIN waits for the first statement of `run`. With `retries`, a
   * serialisation failure or deadlock (40001, 40P01) starts `run` over, so it must not have effects outside the database.
   * Transactions do not nest.
   *
   * @throws SyncError database; its detail `outcomeUnknown` is true when the connection was lost during COMMIT
   */
  transaction<T>(run: (db: Database) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** The driver's client, for COPY streams; what it throws is put into words like that of `query`. */
  withClient<T>(run: (client: Client) => Promise<T>): Promise<T>;
  /**
   * The same for one statement without placeholders: as the first of its transaction it saves a round trip.
   * @param run sends `message`, which is the statement behind what opens the session and the transaction
   */
  withStatement<T>(statement: string, run: (client: Client, message: string) => Promise<T>): Promise<T>;
}

export interface DatabaseOptions {
  readonly context: RunContext;
  /** Shown in `pg_stat_activity`; default `systemprompt-sync`. */
  readonly applicationName?: string;
  /** Milliseconds a single statement may take; default no limit (cancelling still stops it). */
  readonly statementTimeoutMs?: number;
  /** Milliseconds to wait for a lock of another session; default 30 000, 0 is no limit. */
  readonly lockTimeoutMs?: number;
}

/**
 * Opens one session, runs `run` with it, and closes it whatever happens. Firing `context.signal` stops the statement that
 * is running on the server and rejects with `cancelled`; a COMMIT that is under way is let finish, and its success counts.
 *
 * @throws SyncError database, cancelled, invalidInput or missingConfig, and whatever `run` throws itself
 */
export function withDatabase<T>(
  target: DatabaseTarget,
  options: DatabaseOptions,
  run: (db: Database) => Promise<T>,
): Promise<T> {
  return connectAhead(target, options, (use) => use(run));
}

/**
 * The same, where there is something to do before the first statement: connecting takes a distant server several round trips.
 * @param work gets what runs its argument as `withDatabase` does, once; a failure to connect comes from there
 */
export async function connectAhead<T>(
  target: DatabaseTarget,
  options: DatabaseOptions,
  work: (use: <U>(run: (db: Database) => Promise<U>) => Promise<U>) => Promise<T>,
): Promise<T> {
  const { signal } = options.context;
  SyncError.throwIfAborted(signal);
  const opening = openClient(target, {
    context: options.context,
    applicationName: options.applicationName ?? 'systemprompt-sync',
    statementTimeoutMs: options.statementTimeoutMs ?? 0,
    lockTimeoutMs: options.lockTimeoutMs ?? 30_000,
  });
  // Who uses the session is told. A failure that nobody has waited for yet would end the process.
  opening.catch(() => undefined);
  try {
    return await work(async (run) => runWith(await opening, target, options.context, run));
  } finally {
    void opening.then(
      (opened) => opened.close(),
      () => undefined,
    );
  }
}

async function runWith<T>(
  opened: OpenClient,
  target: DatabaseTarget,
  context: RunContext,
  run: (db: Database) => Promise<T>,
): Promise<T> {
  const watch = watchCancel(opened, context.signal);
  try {
    return await run(databaseOver(opened, target, watch, context));
  } catch (error) {
    throw inWords(error, target, context.signal);
  } finally {
    watch.stop();
  }
}

/** Anything that comes from the driver leaves here as a SyncError; everything else as it is. */
function inWords(error: unknown, target: DatabaseTarget, signal: AbortSignal | undefined): unknown {
  if (!isDatabaseFailure(error)) return error;
  return signal?.aborted === true
    ? new SyncError('cancelled', 'Cancelled.', { cause: error })
    : databaseError(error, target);
}

interface CancelWatch {
  /** While true, a cancel leaves the running statement alone. */
  committing: boolean;
  stop(): void;
}

function watchCancel(opened: OpenClient, signal: AbortSignal | undefined): CancelWatch {
  let cut: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    cut = setTimeout(() => opened.destroy(), watch.committing ? commitGraceMs : cancelGraceMs);
    if (!watch.committing) void opened.cancelStatement();
  };
  const watch: CancelWatch = {
    committing: false,
    stop() {
      clearTimeout(cut);
      signal?.removeEventListener('abort', onAbort);
    },
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  // It may have fired between opening the session and listening.
  if (signal?.aborted === true) onAbort();
  return watch;
}

function databaseOver(
  opened: OpenClient,
  target: DatabaseTarget,
  watch: CancelWatch,
  { signal, logger }: RunContext,
): Database {
  const { client } = opened;
  const opening = new SessionOpening(opened.settings);
  let inTransaction = false;

  const watched = async <T>(run: () => Promise<T>): Promise<T> => {
    SyncError.throwIfAborted(signal);
    try {
      return await run();
    } catch (error) {
      throw inWords(error, target, signal);
    }
  };

  const withClient = <T>(run: (client: Client) => Promise<T>): Promise<T> =>
    watched(async () => {
      await opening.send((message) => client.query(message));
      return run(client);
    });

  const commit = async (): Promise<void> => {
    SyncError.throwIfAborted(signal);
    if (opening.begun === 'no') return;
    // A COMMIT without a BEGIN would succeed.
    if (opening.begun === 'unknown') throw rolledBack(target);
    watch.committing = true;
    try {
      const { command } = await client.query('COMMIT');
      // Postgres answers the COMMIT of a failed transaction with ROLLBACK, not with an error.
      if (command !== 'COMMIT') throw rolledBack(target);
    } catch (error) {
      throw isConnectionLoss(error) ? unknownOutcome(error, target) : databaseError(error, target);
    } finally {
      watch.committing = false;
    }
  };

  const rollback = async (): Promise<void> => {
    if (opening.begun === 'no') return;
    try {
      await client.query('ROLLBACK');
    } catch (error) {
      // Nobody may go on in a session whose transaction is in doubt; the server rolls back when it is gone.
      logger.debug(`ROLLBACK failed, the connection is cut: ${messageOf(error)}`);
      opened.destroy();
    }
  };

  const db: Database = {
    target,
    withClient,
    withStatement: (statement, run) =>
      watched(() => opening.sendBefore(statement, (message) => run(client, message))),
    query: <Row extends object>(text: string, values?: readonly unknown[], options?: QueryOptions) =>
      withClient(async () => {
        const result = await client.query<Row>({
          text,
          ...(values === undefined ? {} : { values: [...values] }),
          ...(options?.asText === true ? { types: everythingAsText } : {}),
        });
        return { rows: result.rows, rowCount: result.rowCount ?? 0 };
      }),
    async transaction(run, options = {}) {
      if (inTransaction)
        throw new SyncError('internal', 'A database transaction was started inside another one.');
      inTransaction = true;
      try {
        return await runTransaction(
          { begin: (statement) => opening.startTransaction(statement), commit, rollback },
          () => run(db),
          options,
          signal,
        );
      } finally {
        opening.endTransaction();
        inTransaction = false;
      }
    },
  };
  return db;
}

function rolledBack(target: DatabaseTarget): SyncError {
  return new SyncError(
    'database',
    `${target.label} rolled the transaction back, because a statement in it had failed.`,
  );
}

function unknownOutcome(error: unknown, target: DatabaseTarget): SyncError {
  return new SyncError(
    'database',
    `The connection to ${target.label} was lost while the changes were being committed.`,
    {
      hint: 'They may or may not be saved. Compare again before you repeat anything.',
      details: { host: target.host, port: target.port, database: target.name, outcomeUnknown: true },
      cause: error,
    },
  );
}
