import { assertGuards, type GuardAnswers } from '../../guards';
import type { SyncOperationResult } from '../../models/operation';
import type { PlanTarget } from '../../models/plan';
import type { RunContext } from '../../ports';
import { requireDatabase, type Project } from '../../project/discoverProject';
import { createBackupStore } from '../../state/backupStore';
import type { ProjectLock } from '../../state/projectLock';
import { openStateDirectory, type StateDirectory } from '../../state/stateDirectory';
import { applyUnderLock } from '../../state/withProjectLock';
import { SyncError } from '../../syncError';
import { withDatabase } from '../connection';
import type { DatabaseTarget } from '../databaseTarget';
import { readCatalog } from './catalog';
import { writeExport } from './databaseExport';
import { databaseResult, notStarted, type DatabaseDetails, type DatabaseOutcome } from './databaseOutcome';
import { databasePlan, withAllSteps, type DatabasePlan } from './databasePlan';
import { importInBatches, importRows, type Imported } from './importRows';
import { openPairBase, writePairBase, type BaseUpdates, type PairBase } from './pairBase';
import { pairDatabases } from './pairColumns';
import { previewImport } from './previewImport';
import { areaPlan } from './readDecisions';
import { readRowYaml } from './rowYaml';
import type { DatabaseDirection, DatabaseSyncOptions } from './syncOptions';
import { withSides, type Timeouts } from './syncSides';
import type { HomeKind, SyncArea } from './syncTables';

export interface DatabaseSyncSettings {
  readonly project: Project;
  readonly context: RunContext;
  /** The tenant's database; asked for when the project does not name it. Throws SyncError where there is none. */
  readonly cloudDatabase?: () => Promise<DatabaseTarget>;
  /** How many backups of any kind are kept after an import; default 20. */
  readonly keepBackups?: number;
  readonly timeouts?: Partial<Timeouts>;
}

export interface ExportOptions {
  readonly direction: DatabaseDirection;
  readonly include?: readonly HomeKind[];
  /** Absolute path of a file that does not exist yet. */
  readonly file: string;
}

/** A statement that takes longer is stuck; merging a million rows takes a minute or two. */
const defaultTimeouts: Timeouts = { statementMs: 15 * 60_000, lockMs: 30_000 };

/**
 * Users and contexts between the project's own Postgres (`local`) and the tenant's (`cloud`): compare, plan, import, export. A
 * plan is what is looked at, confirmed and carried out; nothing else is.
 */
export class DatabaseSyncService {
  private readonly state: StateDirectory;
  private readonly timeouts: Timeouts;
  private cloud: Promise<DatabaseTarget> | undefined;

  constructor(private readonly settings: DatabaseSyncSettings) {
    this.state = openStateDirectory(settings.project.root);
    this.timeouts = { ...defaultTimeouts, ...settings.timeouts };
  }

  /**
   * Compares both sides row by row, on the target's server, and changes nothing: not the target, not the base.
   * @throws SyncError `missingConfig`, `unsupported` (a missing table), `invalidInput`, `database`, `cancelled`
   */
  async plan(options: DatabaseSyncOptions): Promise<DatabasePlan> {
    requireBatch(options);
    const { context } = this.settings;
    const { source, target, identity } = await this.sides(options);
    return this.withBase(identity, (base) =>
      withSides({ source, target, options, context, timeouts: this.timeouts }, (sides) =>
        sides.target.transaction(
          async () => {
            const { rows, targetItems, decisions } = await previewImport({ sides, options, base, context });
            const { users, contexts } = decisions;
            return databasePlan({
              options,
              source: options.from ?? source?.label ?? '',
              target: planTarget(target),
              sourceItems: rows.users.rows + rows.contexts.rows,
              targetItems,
              areas: {
                users: areaPlan(sides.pair.users, users, rows.users),
                contexts: areaPlan(sides.pair.contexts, contexts, rows.contexts),
              },
              steps: [...users.steps, ...contexts.steps],
              left: [...users.leftRows, ...contexts.leftRows],
            });
          },
          { isolation: 'repeatable read', retries: 3 },
        ),
      ),
    );
  }

  /**
   * Carries out a plan: guards, lock, both sides again, backup, merge, base. Also takes equal rows over as base.
   * @throws SyncError `guard`, `locked`, `database`, `io`, `cancelled`: the target is as before, unless the details say
   * `outcomeUnknown`
   */
  async apply(plan: DatabasePlan, answers: GuardAnswers = {}): Promise<SyncOperationResult<DatabaseDetails>> {
    assertGuards(withAllSteps(plan), answers);
    const { context } = this.settings;
    return applyUnderLock({ state: this.state, owner: plan.operation, context }, (lock) =>
      this.carryOut(plan, lock),
    );
  }

  /**
   * Plan, question, import. What keeps it from starting is a result of its own (`not_started`), not an error: another
   * operation of the same run may go on.
   * @param confirm answers the guards, and throws where the answer is no
   */
  async sync(
    options: DatabaseSyncOptions,
    confirm: (plan: DatabasePlan) => Promise<GuardAnswers>,
  ): Promise<SyncOperationResult<DatabaseDetails>> {
    let plan: DatabasePlan;
    try {
      plan = await this.plan(options);
    } catch (error) {
      if (!SyncError.is(error, 'unsupported') && !SyncError.is(error, 'missingConfig')) throw error;
      return notStarted(options, error.hint === undefined ? error.message : `${error.message} ${error.hint}`);
    }
    return this.apply(plan, await confirm(plan));
  }

  /**
   * Writes what the source would give into a file (`DatabaseExport`), from one snapshot.
   * @returns rows written
   * @throws SyncError `invalidInput` when the file exists, `unsupported`, `io`, `database`, `cancelled`
   */
  async export({ direction, include = [], file }: ExportOptions): Promise<Record<SyncArea, number>> {
    const { context } = this.settings;
    const source = direction === 'push' ? requireDatabase(this.settings.project) : await this.cloudTarget();
    return withDatabase(source, { context, ...sessionLimits(this.timeouts) }, (db) =>
      db.transaction(
        async () => {
          const catalog = await readCatalog(db);
          pairDatabases(catalog, catalog, { source: source.label, target: source.label });
          return writeExport(db, catalog, new Set(include), file, context.now());
        },
        { isolation: 'repeatable read', readOnly: true },
      ),
    );
  }

  /** A row of one side as YAML, empty when it is not there. @throws SyncError `database`, `missingConfig`, `cancelled` */
  async rowYaml(side: 'local' | 'cloud', area: SyncArea, key: string): Promise<string> {
    const target = side === 'local' ? requireDatabase(this.settings.project) : await this.cloudTarget();
    return withDatabase(target, { context: this.settings.context, ...sessionLimits(this.timeouts) }, (db) =>
      readRowYaml(db, area, key),
    );
  }

  private async carryOut(
    plan: DatabasePlan,
    lock: ProjectLock,
  ): Promise<SyncOperationResult<DatabaseDetails>> {
    const { context, keepBackups = 20 } = this.settings;
    const { options } = plan;
    const { source, target, identity } = await this.sides(options);
    const backups = createBackupStore(this.state, { keep: keepBackups });
    return this.withBase(identity, async (base) => {
      const imported = await withSides(
        { source, target, options, context, timeouts: this.timeouts },
        (sides): Promise<Imported> => {
          const input = { plan, sides, base, backups, targetIdentity: target.identity, lock, context };
          return options.batch === undefined ? importRows(input) : importInBatches(input, options.batch);
        },
      );
      const warnings = await this.keepBase(lock, identity, base, imported.base);
      await this.pruneBackups(imported.outcome, backups);
      const result = databaseResult(plan, imported.outcome);
      return { ...result, warnings: [...result.warnings, ...warnings] };
    });
  }

  private async withBase<T>(
    identity: string | undefined,
    run: (base: PairBase | undefined) => Promise<T>,
  ): Promise<T> {
    const base = identity === undefined ? undefined : await openPairBase(this.state, identity);
    try {
      return await run(base);
    } finally {
      await base?.close();
    }
  }

  /** The rows are committed: what fails from here on must not look as if they were not. */
  private async keepBase(
    lock: ProjectLock,
    identity: string | undefined,
    before: PairBase | undefined,
    updates: BaseUpdates | undefined,
  ): Promise<string[]> {
    if (identity === undefined || updates === undefined) return [];
    try {
      await writePairBase(this.state, lock, identity, before, updates);
      return [];
    } catch (error) {
      if (!SyncError.is(error)) throw error;
      return [
        `The rows were written, but the next comparison will not know that both sides agreed: ${error.message}`,
      ];
    }
  }

  private async pruneBackups(
    { backups: made }: DatabaseOutcome,
    store: ReturnType<typeof createBackupStore>,
  ): Promise<void> {
    // A batched import may have made more than are kept: those of one run stay together until the next one.
    if (made.length <= 1) await store.prune();
  }

  private async sides({ direction, from }: DatabaseSyncOptions): Promise<Sides> {
    if (from !== undefined) {
      return {
        source: undefined,
        target: direction === 'push' ? await this.cloudTarget() : requireDatabase(this.settings.project),
        identity: undefined,
      };
    }
    const local = requireDatabase(this.settings.project);
    const cloud = await this.cloudTarget();
    const identity = `${local.identity} ${cloud.identity}`;
    return direction === 'push'
      ? { source: local, target: cloud, identity }
      : { source: cloud, target: local, identity };
  }

  private cloudTarget(): Promise<DatabaseTarget> {
    const { project, cloudDatabase } = this.settings;
    if (project.cloudDatabase) return Promise.resolve(project.cloudDatabase);
    this.cloud ??= (cloudDatabase ?? noCloudDatabase(project))();
    return this.cloud;
  }
}

interface Sides {
  readonly source: DatabaseTarget | undefined;
  readonly target: DatabaseTarget;
  /** Of the pair; undefined for a file, which has no base. */
  readonly identity: string | undefined;
}

function planTarget({ label, host, production }: DatabaseTarget): PlanTarget {
  return { kind: 'database', label, host, production };
}

function sessionLimits({ statementMs, lockMs }: Timeouts) {
  return { statementTimeoutMs: statementMs, lockTimeoutMs: lockMs };
}

function requireBatch({ batch }: DatabaseSyncOptions): void {
  if (batch === undefined || (Number.isInteger(batch) && batch >= 1)) return;
  throw new SyncError('invalidInput', `A batch has to have 1 row or more, not ${batch}.`);
}

function noCloudDatabase({ provenance }: Project): () => Promise<DatabaseTarget> {
  return async () => {
    throw new SyncError('missingConfig', `No cloud database is known: ${provenance.cloudDatabase}.`, {
      hint: 'Give --cloud-database-url (or SYSTEMPROMPT_CLOUD_DATABASE_URL), or sign in and choose a tenant.',
    });
  };
}
