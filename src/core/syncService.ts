import type { DatabaseSyncService } from './database/sync/databaseSyncService';
import type { DatabaseDetails } from './database/sync/databaseOutcome';
import { withAllSteps, type DatabasePlan } from './database/sync/databasePlan';
import type { DatabaseSyncOptions } from './database/sync/syncOptions';
import type { FileSyncService } from './files/fileSyncService';
import type { FilesDetails } from './files/filesOutcome';
import type { FilesPlan, FilesPlanOptions } from './files/filesPlan';
import type { GuardAnswers } from './guards';
import type { OperationName, SyncOperationResult } from './models/operation';
import type { StepAction, SyncPlan } from './models/plan';
import { messageOf, SyncError } from './syncError';

export type AnyPlan = SyncPlan<{ readonly action: StepAction }>;

export interface SyncServiceSettings {
  readonly files: FileSyncService;
  readonly database: DatabaseSyncService;
  /** Answers the guards of a plan; throws where the answer is no. */
  readonly confirm: (plan: AnyPlan) => Promise<GuardAnswers>;
  /** After it has fired, what has not begun does not begin. */
  readonly signal?: AbortSignal | undefined;
}

export interface SyncAllOptions {
  readonly direction: 'push' | 'pull';
  readonly files?: Omit<FilesPlanOptions, 'direction'>;
  readonly database?: Omit<DatabaseSyncOptions, 'direction'>;
}

/** A result of either operation. */
export type SyncResult = SyncOperationResult<FilesDetails> | SyncOperationResult<DatabaseDetails>;

export interface SyncAllOutcome {
  /** Files, then database: one result each, whatever happened to the other (cloud.md 1.8: the opposite of its defect). */
  readonly results: readonly SyncResult[];
  /** The errors behind failed results, in order, for exit codes and hints. */
  readonly errors: readonly unknown[];
}

export type Planned<Plan> = { readonly plan: Plan } | { readonly error: unknown };

export interface SyncPlans {
  readonly files: Planned<FilesPlan>;
  readonly database: Planned<DatabasePlan>;
}

/** The façade over what travels between a project and its tenant: files, and rows of the database. */
export class SyncService {
  readonly #settings: SyncServiceSettings;

  constructor(settings: SyncServiceSettings) {
    this.#settings = settings;
  }

  /** @throws SyncError as FileSyncService says, when nothing was done */
  syncFiles({ direction, files = {} }: SyncAllOptions): Promise<SyncOperationResult<FilesDetails>> {
    const { files: service, confirm } = this.#settings;
    return direction === 'push' ? service.push(files, confirm) : service.pull(files, confirm);
  }

  /** @throws SyncError as DatabaseSyncService says; without a database on either side the result is `not_started` */
  syncDatabase({ direction, database = {} }: SyncAllOptions): Promise<SyncOperationResult<DatabaseDetails>> {
    const { database: service, confirm } = this.#settings;
    return service.sync({ ...database, direction }, (plan) => confirm(withAllSteps(plan)));
  }

  /** What `syncAll` would do, each side for itself: an error of one says nothing about the other. */
  async planAll({ direction, files = {}, database = {} }: SyncAllOptions): Promise<SyncPlans> {
    const { files: service, database: databaseService } = this.#settings;
    return {
      files: await planned(async () => service.plan(await service.diff(), { ...files, direction })),
      database: await planned(() => databaseService.plan({ ...database, direction })),
    };
  }

  /**
   * Files, then database. A failure of one is a result like any other and never hides the other; after a cancellation what
   * is left is not started.
   */
  async syncAll(options: SyncAllOptions): Promise<SyncAllOutcome> {
    const errors: unknown[] = [];
    const { direction } = options;
    const files = await attempt(`files_${direction}`, () => this.syncFiles(options), errors);
    const database =
      this.#settings.signal?.aborted === true
        ? emptyResult<DatabaseDetails>(`database_${direction}`, 'not_started', 'Cancelled before it began.')
        : await attempt(`database_${direction}`, () => this.syncDatabase(options), errors);
    return { results: [files, database], errors };
  }
}

async function planned<Plan>(plan: () => Promise<Plan>): Promise<Planned<Plan>> {
  try {
    return { plan: await plan() };
  } catch (error) {
    if (SyncError.is(error, 'cancelled')) throw error;
    return { error };
  }
}

async function attempt<Details>(
  operation: OperationName,
  run: () => Promise<SyncOperationResult<Details>>,
  errors: unknown[],
): Promise<SyncOperationResult<Details>> {
  try {
    return await run();
  } catch (error) {
    errors.push(error);
    const kind = SyncError.is(error) && isMissing(error) ? 'not_started' : 'failed';
    return emptyResult(operation, kind, describe(error));
  }
}

/** What is not configured was not tried. */
function isMissing({ code }: SyncError): boolean {
  return code === 'missingConfig' || code === 'unsupported';
}

function describe(error: unknown): string {
  const hint = SyncError.is(error) ? error.hint : undefined;
  return hint === undefined ? messageOf(error) : `${messageOf(error)} ${hint}`;
}

function emptyResult<Details>(
  operation: OperationName,
  kind: 'not_started' | 'failed',
  reason: string,
): SyncOperationResult<Details> {
  return {
    operation,
    success: false,
    items_synced: 0,
    items_skipped: 0,
    errors: [reason],
    details: null,
    state: { kind },
    plan_id: '',
    warnings: [],
  };
}
