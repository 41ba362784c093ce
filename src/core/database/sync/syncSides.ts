import type { RunContext } from '../../ports';
import { SyncError } from '../../syncError';
import { withDatabase, type Database } from '../connection';
import type { DatabaseTarget } from '../databaseTarget';
import { readCatalog } from './catalog';
import { exportCatalog, readExport, type DatabaseExport } from './databaseExport';
import { pairDatabases, type DatabasePair } from './pairColumns';
import type { DatabaseSyncOptions } from './syncOptions';
import type { HomeKind } from './syncTables';

export interface DatabaseSource {
  readonly kind: 'database';
  /** In one read-only snapshot. */
  readonly db: Database;
}

export interface FileSource {
  readonly kind: 'file';
  readonly content: DatabaseExport;
}

/** Where rows come from. */
export type RowSource = DatabaseSource | FileSource;

export interface OpenSides {
  readonly source: RowSource;
  /** In no transaction yet. */
  readonly target: Database;
  readonly pair: DatabasePair;
  readonly asked: ReadonlySet<HomeKind>;
}

export interface Timeouts {
  /** Milliseconds a statement may take on either side; 0 is no limit. */
  readonly statementMs: number;
  /** Milliseconds to wait for a lock of another session. */
  readonly lockMs: number;
}

export interface SidesInput {
  readonly source: DatabaseTarget | undefined;
  readonly target: DatabaseTarget;
  readonly options: DatabaseSyncOptions;
  readonly context: RunContext;
  readonly timeouts: Timeouts;
}

/**
 * Opens both sides, the source in one read-only snapshot, and pairs their columns.
 * @throws SyncError `unsupported` for a missing table, `invalidInput` when both are one database or the file cannot be used
 */
export async function withSides<T>(input: SidesInput, run: (sides: OpenSides) => Promise<T>): Promise<T> {
  const { source, target, options } = input;
  const asked = new Set(options.include ?? []);
  const session = sessionOptions(input);
  if (options.from !== undefined) {
    const file = options.from;
    const content = await readExport(file);
    return withDatabase(target, session, async (db) => {
      const catalog = await readCatalog(db);
      const pair = pairDatabases(exportCatalog(file, content, catalog), catalog, {
        source: file,
        target: target.label,
      });
      return run({ source: { kind: 'file', content }, target: db, pair, asked });
    });
  }
  if (!source) throw new SyncError('internal', 'A database sync was started without a source.');
  return withDatabase(source, session, (from) =>
    withDatabase(target, session, (to) =>
      from.transaction(
        async () => {
          const [ours, theirs] = await Promise.all([readCatalog(from), readCatalog(to)]);
          if (ours.server === theirs.server) throw sameDatabase(source, target);
          const pair = pairDatabases(ours, theirs, { source: source.label, target: target.label });
          return run({ source: { kind: 'database', db: from }, target: to, pair, asked });
        },
        { isolation: 'repeatable read', readOnly: true },
      ),
    ),
  );
}

function sessionOptions({ context, timeouts }: SidesInput) {
  return { context, statementTimeoutMs: timeouts.statementMs, lockTimeoutMs: timeouts.lockMs };
}

function sameDatabase(source: DatabaseTarget, target: DatabaseTarget): SyncError {
  return new SyncError(
    'invalidInput',
    `${source.label} and ${target.label} are the same database. Nothing was changed.`,
    {
      hint: `Check the database URLs from ${source.from} and ${target.from}.`,
    },
  );
}
